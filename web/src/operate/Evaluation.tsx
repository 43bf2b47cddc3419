// One evaluation: what was asked, the decisions in it with the rules that matched, and what it would
// have said to other variables or in another version.

import { Button, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { send } from '../api/client';
import { found, queries } from '../api/queries';
import type { DecisionDefinition, Evaluation as Stored, WhatIfResult } from '../api/types';
import { Skeleton } from '../parts/Empty';
import { Failure } from '../parts/Failure';
import { parseJson } from '../parts/json';
import { JsonField } from '../parts/JsonField';
import { Key } from '../parts/Key';
import { Page } from '../parts/Page';
import { Status } from '../parts/Status';
import { When } from '../parts/When';
import { Evaluated, EvaluatedDecision } from './decisions/Evaluated';

const DECISIONS_MAX = 100;

export default function Evaluation() {
  const { evaluationKey = '' } = useParams({ strict: false });
  const stored = useQuery(queries.evaluation(evaluationKey));
  const decisions = useQuery(queries.decisions());
  const parts = useQuery(
    found('/v2/decision-instances/search', {
      filter: { decisionEvaluationKey: evaluationKey },
      page: { limit: DECISIONS_MAX },
    }),
  );
  if (stored.error) return <Failure error={stored.error} doing="read the evaluation" />;
  if (!stored.data || !parts.data || !decisions.data) return <Skeleton />;
  const it = stored.data;
  const asked = decisions.data.find((one) => one.decisionDefinitionKey === String(it.decisionDefinitionKey));
  const name = asked?.name || asked?.decisionDefinitionId || 'Decision';
  // The one that was asked comes last; it is what people look for first.
  const shown = [...parts.data.items].reverse();
  return (
    <Page
      title={`${name} decided`}
      place="Operate"
      crumbs={
        <>
          <Link to="/operate/decisions">Decisions</Link>
          {asked && (
            <>
              {' › '}
              <Link to="/operate/decisions/$decisionKey" params={{ decisionKey: asked.decisionDefinitionKey }}>
                {name}, version {asked.version}
              </Link>
            </>
          )}
        </>
      }
      status={it.failureMessage ? <Status of="FAILED" word="Stopped" /> : <Status of="SUCCESS" word="Decided" />}
    >
      <dl className="facts">
        <div>
          <dt>When</dt>
          <dd>
            <When at={it.evaluationDate} />
          </dd>
        </div>
        <div>
          <dt>For</dt>
          <dd>
            {it.processInstanceKey ? (
              <Link
                to="/operate/instances/$instanceKey"
                params={{ instanceKey: String(it.processInstanceKey) }}
                search={{ tab: 'decisions' }}
              >
                instance …{String(it.processInstanceKey).slice(-6)}
              </Link>
            ) : (
              'nobody; asked directly'
            )}
          </dd>
        </div>
        <div>
          <dt>Cost</dt>
          <dd>{it.fuel} fuel</dd>
        </div>
        <div>
          <dt>Key</dt>
          <dd>
            <Key of={evaluationKey} />
          </dd>
        </div>
      </dl>
      {shown.map((part) => (
        <section key={part.decisionEvaluationInstanceKey}>
          <h2>{part.decisionDefinitionName || part.decisionDefinitionId}</h2>
          <Evaluated id={part.decisionEvaluationInstanceKey} />
        </section>
      ))}
      <WhatIf stored={it} asked={asked} all={decisions.data} />
    </Page>
  );
}

/** Asks again with other variables or another version; nothing is carried out or kept. */
function WhatIf(props: { stored: Stored; asked: DecisionDefinition | undefined; all: DecisionDefinition[] }) {
  const { stored, asked, all } = props;
  const [text, setText] = useState(() => JSON.stringify(stored.variables, null, 2));
  const [version, setVersion] = useState(String(stored.decisionDefinitionKey));
  const [answer, setAnswer] = useState<WhatIfResult>();
  const [error, setError] = useState<unknown>();
  const { value, error: wrong } = parseJson(text, 'object');
  const ask = async () => {
    try {
      const body = { variables: value, decisionDefinitionKey: version };
      const path = `/api/v1/decision-evaluations/${stored.decisionEvaluationKey}/what-if`;
      setAnswer(await send<WhatIfResult>({ method: 'POST', path, body }));
      setError(undefined);
    } catch (caught) {
      setError(caught);
    }
  };
  const versions = all
    .filter((it) => it.decisionDefinitionId === asked?.decisionDefinitionId)
    .sort((a, b) => b.version - a.version);
  return (
    <section className="change" aria-label="What if">
      <header>
        <h2>What if?</h2>
        <span className="quiet">Nothing is carried out and nothing is kept. The time is that of the evaluation.</span>
      </header>
      <form
        className="change-columns is-two"
        onSubmit={(event) => {
          event.preventDefault();
          void ask();
        }}
      >
        <div className="stack">
          <JsonField label="Variables it reads" value={text} onChange={setText} rows={3} />
          <Select
            size="xs"
            label="Version"
            allowDeselect={false}
            data={versions.map((it) => ({ value: it.decisionDefinitionKey, label: `Version ${it.version}` }))}
            value={version}
            onChange={(key) => key && setVersion(key)}
          />
          <Button type="submit" size="xs" disabled={wrong !== undefined}>
            Ask what if
          </Button>
        </div>
        <div role="status">
          {error !== undefined && <Failure error={error} doing="ask what if" />}
          {answer && (
            <>
              <p>
                <Status
                  of={answer.isDifferent ? 'WARNING' : 'SUCCESS'}
                  word={answer.isDifferent ? 'Something else' : 'The same'}
                />{' '}
                It said <code>{answer.outputBefore}</code>
              </p>
              {answer.result.evaluatedDecisions.slice(-1).map((it) => (
                <EvaluatedDecision
                  key={it.decisionDefinitionId}
                  of={{
                    ...it,
                    decisionDefinitionKey: String(it.decisionDefinitionKey ?? ''),
                    failure: answer.result.failureMessage,
                  }}
                />
              ))}
            </>
          )}
        </div>
      </form>
    </section>
  );
}
