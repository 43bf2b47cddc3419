// A detection rule: its file, its versions, what it raised; or a new one.

import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { counted } from '../api/queries';
import type { DetectionRule } from '../api/types';
import { workQueries } from '../definitions/queries';
import { Examples, SourceEditor } from '../definitions/SourceEditor';
import { Versions, versionsOf } from '../definitions/Versions';
import { Skeleton } from '../parts/Empty';
import { Fact } from '../parts/Fact';
import { Failure } from '../parts/Failure';
import { Page } from '../parts/Page';
import { inWords, Status } from '../parts/Status';
import { When } from '../parts/When';
import { type Example, exampleNames, examples } from './examples';

export default function Rule() {
  const { definitionKey = '' } = useParams({ strict: false });
  return definitionKey === 'new' ? <NewRule /> : <Deployed key={definitionKey} ruleKey={definitionKey} />;
}

function NewRule() {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const example = (search.example ?? 'threshold') as Example;
  const open = (definitionKey: string) =>
    void navigate({ to: '/signals/rules/$definitionKey', params: { definitionKey } });
  return (
    <Page title="New rule" place="Signals" crumbs={<Link to="/signals/rules">Rules</Link>}>
      <Examples
        names={exampleNames}
        onChoose={(next) => void navigate({ to: '.', replace: true, search: { ...search, example: next } })}
      />
      <SourceEditor
        key={example}
        label="New rule"
        source={examples[example] ?? examples.threshold}
        isNew
        isOld={false}
        draft={`rule.new.${example}`}
        file="new.rule.yaml"
        onDeployed={open}
      />
    </Page>
  );
}

function Deployed({ ruleKey }: { ruleKey: string }) {
  const navigate = useNavigate();
  const rule = useQuery(workQueries.rule(ruleKey));
  const source = useQuery(workQueries.ruleSource(ruleKey));
  const all = useQuery(workQueries.rules());
  const error = rule.error ?? source.error;
  if (error) return <Failure error={error} doing="read the rule" />;
  if (!rule.data || source.data === undefined) return <Skeleton />;
  const it = rule.data;
  const versions = versionsOf(all.data, (other) => other.detectionRuleId === it.detectionRuleId, (other) => other.detectionRuleKey);
  const open = (definitionKey: string) =>
    void navigate({ to: '/signals/rules/$definitionKey', params: { definitionKey } });
  return (
    <Page
      title={it.name || it.detectionRuleId}
      place="Signals"
      crumbs={<Link to="/signals/rules">Rules</Link>}
      status={it.definition && <Status of={it.definition.state} />}
      actions={<Versions versions={versions} current={ruleKey} onOpen={open} />}
    >
      <Facts rule={it} />
      <SourceEditor
        label={`Rule ${it.name}`}
        source={source.data}
        isNew={false}
        isOld={versions[0] !== undefined && versions[0].key !== ruleKey}
        draft={`rule.${ruleKey}`}
        file={it.resourceName}
        onDeployed={open}
      />
    </Page>
  );
}

function Facts({ rule }: { rule: DetectionRule }) {
  const current = useQuery(
    counted('/api/v1/alerts/search', {
      detectionRuleId: rule.detectionRuleId,
      state: { $in: ['OPEN', 'ACKNOWLEDGED'] },
    }),
  );
  const all = useQuery(counted('/api/v1/alerts/search', { detectionRuleId: rule.detectionRuleId }));
  return (
    <dl className="facts">
      <Fact name="Id">
        <code>{rule.detectionRuleId}</code>
      </Fact>
      {rule.definition && (
        <>
          <Fact name="Detects">{inWords(rule.definition.detects)}</Fact>
          <Fact name="Raises">
            <Status of={rule.definition.severity} />
          </Fact>
          {rule.definition.caseTypeId && <Fact name="Opens a case of">{rule.definition.caseTypeId}</Fact>}
        </>
      )}
      <Fact name="Alerts">
        <Link to="/signals/alerts" search={{ rule: rule.detectionRuleId, state: 'any' }}>
          {current.data?.totalItems ?? '…'} now, {all.data?.totalItems ?? '…'} in all
        </Link>
      </Fact>
      <Fact name="Deployed">
        <When at={rule.deploymentTime} />
      </Fact>
    </dl>
  );
}
