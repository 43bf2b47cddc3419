// How a received signal is shown in a row, wherever it is.

import '../style/closure.css';
import { Link } from '@tanstack/react-router';
import type { Look, Signal } from '../api/types';
import type { Column } from '../parts/DataTable';
import { Status } from '../parts/Status';
import { When } from '../parts/When';

/** What became of a signal, in a word. */
export function outcomeOf(signal: Signal): 'FAILED' | 'MATCHED' | 'UNMATCHED' {
  if (signal.rules.some((it) => it.failure)) return 'FAILED';
  return signal.isMatched ? 'MATCHED' : 'UNMATCHED';
}

const WORDS = { FAILED: 'A rule could not read it', MATCHED: 'Looked at', UNMATCHED: 'No rule looked' };
const STATES = { FAILED: 'FAILED', MATCHED: 'SUCCESS', UNMATCHED: 'DISABLED' };

export function Outcome({ of }: { of: Signal }) {
  const outcome = outcomeOf(of);
  return <Status of={STATES[outcome]} word={WORDS[outcome]} />;
}

const lookInWords = (it: Look) => `${it.id}${it.subject ? ` (${it.subject})` : ''}`;

export const signalColumns: Column<Signal>[] = [
  {
    id: 'received',
    title: 'Received',
    sort: 'receivedTime',
    cell: (row) => <When at={row.receivedTime} />,
    csv: (row) => row.receivedTime,
  },
  {
    id: 'type',
    title: 'Type',
    sort: 'type',
    cell: (row) => (
      <Link to="/signals/received/$signalKey" params={{ signalKey: row.signalKey }} className="strong">
        {row.type}
      </Link>
    ),
    csv: (row) => row.type,
  },
  { id: 'source', title: 'Source', sort: 'source', cell: (row) => <code className="one-line is-short" title={row.source}>{row.source}</code>, csv: (row) => row.source },
  { id: 'id', title: 'Id', sort: 'id', cell: (row) => <code className="one-line is-short" title={row.id}>{row.id}</code>, csv: (row) => row.id },
  {
    id: 'data',
    title: 'Data',
    cell: (row) => <code className="one-line">{JSON.stringify(row.data)}</code>,
    csv: (row) => JSON.stringify(row.data),
  },
  {
    id: 'outcome',
    title: 'Outcome',
    cell: (row) => <Outcome of={row} />,
    csv: (row) => outcomeOf(row),
  },
  {
    id: 'rules',
    title: 'Rules and checks',
    cell: (row) => row.rules.map(lookInWords).join(', '),
    csv: (row) => row.rules.map(lookInWords).join(', '),
  },
];
