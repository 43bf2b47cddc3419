// Evaluations of decisions as a list: what was asked when, by whom, and what was said.

import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { DecisionInstance } from '../../api/types';
import type { Column } from '../../parts/DataTable';
import { type ListState, SearchList } from '../../parts/SearchList';
import { Status } from '../../parts/Status';
import { When } from '../../parts/When';

export function EvaluationList(props: {
  filter: Record<string, unknown>;
  state: ListState;
  onState: (change: ListState) => void;
  empty: ReactNode;
}) {
  return (
    <SearchList
      path="/v2/decision-instances/search"
      label="Evaluations"
      file="evaluations"
      columns={columns}
      keyOf={(row) => row.decisionEvaluationInstanceKey}
      order="-evaluationDate"
      {...props}
    />
  );
}

const columns: Column<DecisionInstance>[] = [
  {
    id: 'decision',
    title: 'Decision',
    sort: 'decisionDefinitionName',
    cell: (row) => (
      <Link
        to="/operate/evaluations/$evaluationKey"
        params={{ evaluationKey: row.decisionEvaluationKey }}
        className="strong"
      >
        {row.decisionDefinitionName || row.decisionDefinitionId}
      </Link>
    ),
    csv: (row) => row.decisionDefinitionId,
  },
  {
    id: 'version',
    title: 'Version',
    align: 'right',
    cell: (row) => row.decisionDefinitionVersion,
    csv: (row) => row.decisionDefinitionVersion,
  },
  {
    id: 'state',
    title: 'State',
    sort: 'state',
    cell: (row) => (row.state === 'FAILED' ? <Status of="FAILED" word="Stopped" /> : <Status of="SUCCESS" word="Decided" />),
    csv: (row) => row.state,
  },
  {
    id: 'said',
    title: 'Said',
    cell: (row) => <code className="value">{row.evaluationFailure ?? row.result}</code>,
    csv: (row) => row.evaluationFailure ?? row.result,
  },
  {
    id: 'time',
    title: 'When',
    sort: 'evaluationDate',
    cell: (row) => <When at={row.evaluationDate} />,
    csv: (row) => row.evaluationDate,
  },
  {
    id: 'instance',
    title: 'For',
    cell: (row) =>
      row.processInstanceKey ? (
        <Link
          to="/operate/instances/$instanceKey"
          params={{ instanceKey: row.processInstanceKey }}
          search={{ tab: 'decisions' }}
        >
          {row.processDefinitionId} …{row.processInstanceKey.slice(-6)}
        </Link>
      ) : (
        <span className="quiet">asked directly</span>
      ),
    csv: (row) => row.processInstanceKey,
  },
];
