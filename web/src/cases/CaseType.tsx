// A case type: its file, its versions, its cases; or a new one.

import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { counted } from '../api/queries';
import { workQueries } from '../definitions/queries';
import { SourceEditor } from '../definitions/SourceEditor';
import { Versions, versionsOf } from '../definitions/Versions';
import { Skeleton } from '../parts/Empty';
import { Fact } from '../parts/Fact';
import { Failure } from '../parts/Failure';
import { Page } from '../parts/Page';
import { When } from '../parts/When';
import { checkInWords, spoken } from './checks';
import { example } from './example';

export default function CaseType() {
  const { definitionKey = '' } = useParams({ strict: false });
  return definitionKey === 'new' ? <NewType /> : <Deployed key={definitionKey} typeKey={definitionKey} />;
}

function useOpen() {
  const navigate = useNavigate();
  return (definitionKey: string) =>
    void navigate({ to: '/cases/types/$definitionKey', params: { definitionKey } });
}

function NewType() {
  const open = useOpen();
  return (
    <Page title="New case type" place="Cases" crumbs={<Link to="/cases/types">Case types</Link>}>
      <SourceEditor
        label="New case type"
        source={example}
        isNew
        isOld={false}
        draft="case-type.new"
        file="new.case.yaml"
        onDeployed={open}
      />
    </Page>
  );
}

function Deployed({ typeKey }: { typeKey: string }) {
  const open = useOpen();
  const type = useQuery(workQueries.caseType(typeKey));
  const source = useQuery(workQueries.caseTypeSource(typeKey));
  const all = useQuery(workQueries.caseTypes());
  const current = useQuery({
    ...counted('/api/v1/cases/search', {
      caseTypeId: type.data?.caseTypeId ?? '',
      state: { $in: ['OPEN', 'RESOLVED', 'VERIFYING'] },
    }),
    enabled: type.data !== undefined,
  });
  const error = type.error ?? source.error;
  if (error) return <Failure error={error} doing="read the case type" />;
  if (!type.data || source.data === undefined) return <Skeleton />;
  const it = type.data;
  const versions = versionsOf(all.data, (other) => other.caseTypeId === it.caseTypeId, (other) => other.caseTypeKey);
  const { definition } = it;
  return (
    <Page
      title={it.name || it.caseTypeId}
      place="Cases"
      crumbs={<Link to="/cases/types">Case types</Link>}
      actions={<Versions versions={versions} current={typeKey} onOpen={open} />}
    >
      <dl className="facts">
        <Fact name="Id">
          <code>{it.caseTypeId}</code>
        </Fact>
        {definition && <Fact name="Priority">{definition.priority}</Fact>}
        {definition?.goal && <Fact name="Goal">{spoken(definition.goal)}</Fact>}
        {definition?.deadline && <Fact name="Deadline">{spoken(definition.deadline)}</Fact>}
        {definition?.processDefinitionId && (
          <Fact name="Process">
            <code>{definition.processDefinitionId}</code>
            {definition.isResolvedByProcess ? ', which resolves it' : ''}
          </Fact>
        )}
        <Fact name="Cases">
          <Link to="/cases/all" search={{ type: it.caseTypeId }}>
            {current.data?.totalItems ?? '…'} not closed
          </Link>
        </Fact>
        <Fact name="Deployed">
          <When at={it.deploymentTime} />
        </Fact>
      </dl>
      {definition && (
        <ul className="checks">
          {definition.outcome.map((check) => (
            <li key={check.id}>
              <span>
                <span className="strong">{check.name}</span>
                <span className="quiet">{checkInWords(check)}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
      <SourceEditor
        label={`Case type ${it.name}`}
        source={source.data}
        isNew={false}
        isOld={versions[0] !== undefined && versions[0].key !== typeKey}
        draft={`case-type.${typeKey}`}
        file={it.resourceName}
        onDeployed={open}
      />
    </Page>
  );
}
