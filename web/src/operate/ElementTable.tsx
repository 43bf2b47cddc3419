// The diagram in words: every element, what happened at it, and how long it took.

import { useQuery } from '@tanstack/react-query';
import type { ElementCounts } from '../api/types';
import type { Column } from '../parts/DataTable';
import { type ModelElement, typeInWords } from '../parts/elements';
import { duration } from '../parts/time';
import { WholeTable } from '../parts/WholeTable';
import type { Visits } from './heat';
import { visits } from './visits';

type Row = ModelElement & Omit<ElementCounts, 'elementId'> & { took: Visits | undefined };

export function ElementTable(props: {
  elements: Map<string, ModelElement>;
  counts: ElementCounts[];
  definitionKey: string;
  period: string;
}) {
  const { elements, counts, definitionKey, period } = props;
  const took = useQuery(visits(definitionKey, period));
  const byId = new Map(counts.map((it) => [it.elementId, it]));
  const none = { active: 0, incidents: 0, completed: 0, canceled: 0 };
  const rows = [...elements.values()].map((it) => ({
    ...it,
    ...(byId.get(it.id) ?? none),
    took: took.data?.of.get(it.id),
  }));
  return <WholeTable label="Elements" file={`elements-${definitionKey}`} columns={columns} rows={rows} keyOf={(row) => row.id} />;
}

const count = (
  id: 'active' | 'incidents' | 'completed' | 'canceled',
  title: string,
): Column<Row> => ({
  id,
  title,
  align: 'right',
  cell: (row) => (row[id] === 0 ? <span className="quiet">0</span> : row[id]),
  csv: (row) => row[id],
});

const time = (id: 'mean' | 'p95', title: string): Column<Row> => ({
  id,
  title,
  align: 'right',
  cell: (row) => {
    const ms = row.took?.[id];
    return ms === undefined ? <span className="quiet">–</span> : duration(ms);
  },
  csv: (row) => row.took?.[id],
});

const columns: Column<Row>[] = [
  { id: 'name', title: 'Element', cell: (row) => row.name, csv: (row) => row.id },
  { id: 'type', title: 'Type', cell: (row) => typeInWords(row.type), csv: (row) => row.type },
  count('active', 'Active'),
  count('incidents', 'Incidents'),
  count('completed', 'Completed'),
  count('canceled', 'Cancelled'),
  time('mean', 'Mean (24 h)'),
  time('p95', '95 of 100 within'),
];
