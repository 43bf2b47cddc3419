// One version of a decision: its logic, what it was asked, asking it.

import { Button, Group, Modal, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { commands } from '../api/commands';
import { useCan } from '../api/may';
import { queries } from '../api/queries';
import type { DecisionDefinition, EvaluationResult } from '../api/types';
import { useDraft } from '../parts/drafts';
import { logicOf } from '../parts/dmn';
import { Empty, Skeleton } from '../parts/Empty';
import { Failure } from '../parts/Failure';
import { parseJson } from '../parts/json';
import { JsonField } from '../parts/JsonField';
import { Page } from '../parts/Page';
import { RestCall } from '../parts/RestCall';
import { useCommand } from '../parts/useCommand';
import { DecisionTable } from './decisions/DecisionTable';
import { EvaluationList } from './decisions/EvaluationList';

export default function Decision() {
  const { decisionKey = '' } = useParams({ strict: false });
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const decisions = useQuery(queries.decisions());
  const xml = useQuery(queries.decisionXml(decisionKey));
  const can = useCan();
  const [isAsking, setAsking] = useState(false);
  const decision = decisions.data?.find((it) => it.decisionDefinitionKey === decisionKey);
  const logic = useMemo(
    () => (xml.data && decision ? logicOf(xml.data, decision.decisionDefinitionId) : undefined),
    [xml.data, decision],
  );
  if (xml.error) return <Failure error={xml.error} doing="read the decision" />;
  if (!decision || !xml.data) return <Skeleton />;
  const name = decision.name || decision.decisionDefinitionId;
  const versions = decisions.data
    ?.filter((it) => it.decisionDefinitionId === decision.decisionDefinitionId)
    .sort((a, b) => b.version - a.version);
  return (
    <Page
      title={name}
      place="Operate"
      crumbs={<Link to="/operate/decisions">Decisions</Link>}
      actions={
        <>
          <Select
            aria-label="Version"
            size="xs"
            w={150}
            allowDeselect={false}
            value={decisionKey}
            data={(versions ?? []).map((it) => ({ value: it.decisionDefinitionKey, label: `Version ${it.version}` }))}
            onChange={(key) =>
              key && void navigate({ to: '/operate/decisions/$decisionKey', params: { decisionKey: key } })
            }
          />
          {can('CREATE_DECISION_INSTANCE', 'DECISION_DEFINITION', decision.decisionDefinitionId) && (
            <Button size="xs" onClick={() => setAsking(true)}>
              Evaluate…
            </Button>
          )}
        </>
      }
    >
      {logic ? (
        <DecisionTable logic={logic} label={`Rules of ${name}`} />
      ) : (
        <Empty title="Its logic is not drawn here">
          It is neither a table nor one expression. <a href={`/v2/decision-definitions/${decisionKey}/xml`}>The file</a> has it.
        </Empty>
      )}
      <h2>What this version decided</h2>
      <EvaluationList
        filter={{ decisionDefinitionKey: decisionKey }}
        state={search}
        onState={(state) => void navigate({ to: '.', replace: true, search: { ...search, ...state } })}
        empty={<Empty title="Not asked yet">Evaluate it here, or run a process that asks it.</Empty>}
      />
      {isAsking && <Evaluate decision={decision} onClose={() => setAsking(false)} />}
    </Page>
  );
}

function Evaluate({ decision, onClose }: { decision: DecisionDefinition; onClose: () => void }) {
  const draft = useDraft(`evaluate.${decision.decisionDefinitionId}`, '{}');
  const command = useCommand();
  const navigate = useNavigate();
  const { value, error } = parseJson(draft.text, 'object');
  const call = commands.evaluateDecision(decision.decisionDefinitionKey, value ?? {});
  const submit = async () => {
    const sent = await command.run<EvaluationResult>(call, 'Evaluated');
    if (!sent) return;
    const { decisionEvaluationKey } = sent.answer;
    void navigate({
      to: '/operate/evaluations/$evaluationKey',
      params: { evaluationKey: String(decisionEvaluationKey) },
    });
  };
  return (
    <Modal opened onClose={onClose} title={`Evaluate ${decision.name || decision.decisionDefinitionId}, version ${decision.version}`} size="lg">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <JsonField
          label="Variables"
          description="What the decision may read. The evaluation is kept, as one of a process is."
          value={draft.text}
          onChange={draft.setText}
        />
        {command.error !== undefined && <Failure error={command.error} doing="evaluate the decision" />}
        <RestCall call={call} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={command.isSending} disabled={error !== undefined}>
            Evaluate
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
