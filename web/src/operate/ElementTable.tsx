// The diagram in words: every element and what happened at it.

import type { ElementCounts } from '../api/types';
import { type Column, DataTable } from '../parts/DataTable';
import { type ModelElement, typeInWords } from '../parts/elements';

type Row = ModelElement & Omit<ElementCounts, 'elementId'>;

export function ElementTable({
  elements,
  counts,
}: {
  elements: Map<string, ModelElement>;
  counts: ElementCounts[];
}) {
  const byId = new Map(counts.map((it) => [it.elementId, it]));
  const none = { active: 0, incidents: 0, completed: 0, canceled: 0 };
  const rows = [...elements.values()].map((it) => ({ ...it, ...(byId.get(it.id) ?? none) }));
  return <DataTable label="Elements" columns={columns} rows={rows} keyOf={(row) => row.id} />;
}

const count = (
  id: 'active' | 'incidents' | 'completed' | 'canceled',
  title: string,
): Column<Row> => ({
  id,
  title,
  align: 'right',
  cell: (row) => (row[id] === 0 ? <span className="quiet">0</span> : row[id]),
});

const columns: Column<Row>[] = [
  { id: 'name', title: 'Element', cell: (row) => row.name },
  { id: 'type', title: 'Type', cell: (row) => typeInWords(row.type) },
  count('active', 'Active'),
  count('incidents', 'Incidents'),
  count('completed', 'Completed'),
  count('canceled', 'Cancelled'),
];
