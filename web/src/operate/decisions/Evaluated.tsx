// One decision as it was evaluated: what it was asked, which rules matched, what it said.

import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { queries } from '../../api/queries';
import { Skeleton } from '../../parts/Empty';
import { logicOf } from '../../parts/dmn';
import { Failure } from '../../parts/Failure';
import { Status } from '../../parts/Status';
import { DecisionTable } from './DecisionTable';
import type { DecisionInstance } from '../../api/types';

type Shown = Pick<
  DecisionInstance,
  'decisionDefinitionId' | 'decisionDefinitionName' | 'decisionDefinitionVersion' | 'evaluatedInputs' | 'matchedRules'
> & { output: string; failure?: string | null; decisionDefinitionKey: string };

/** Of a stored decision instance, with its inputs and rules. */
export function Evaluated({ id }: { id: string }) {
  const query = useQuery(queries.decisionInstance(id));
  if (query.error) return <Failure error={query.error} doing="read the evaluation" />;
  if (!query.data) return <Skeleton rows={3} />;
  const it = query.data;
  return <EvaluatedDecision of={{ ...it, output: it.result, failure: it.evaluationFailure }} />;
}

export function EvaluatedDecision({ of }: { of: Shown }) {
  const xml = useQuery({
    ...queries.decisionXml(of.decisionDefinitionKey),
    enabled: of.decisionDefinitionKey !== '',
  });
  const logic = useMemo(
    () => (xml.data ? logicOf(xml.data, of.decisionDefinitionId) : undefined),
    [xml.data, of.decisionDefinitionId],
  );
  const name = of.decisionDefinitionName || of.decisionDefinitionId;
  return (
    <div className="evaluated">
      {of.failure ? (
        <p>
          <Status of="FAILED" word="Stopped" /> {of.failure}
        </p>
      ) : (
        <p>
          Said <code className="strong">{of.output}</code>
        </p>
      )}
      {logic ? (
        <DecisionTable
          logic={logic}
          label={`${name}, version ${of.decisionDefinitionVersion}`}
          found={of}
        />
      ) : (
        xml.data && <p className="quiet">Its logic is neither a table nor one expression.</p>
      )}
    </div>
  );
}
