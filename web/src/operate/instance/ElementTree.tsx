// The visits of the instance as a tree: scopes hold what happened in them.

import { useQuery } from '@tanstack/react-query';
import { found } from '../../api/queries';
import type { ElementInstance } from '../../api/types';
import type { Column } from '../../parts/DataTable';
import { Empty, Skeleton } from '../../parts/Empty';
import { Key } from '../../parts/Key';
import { Status } from '../../parts/Status';
import { When } from '../../parts/When';
import { WholeTable } from '../../parts/WholeTable';
import { nameOf, type TabProps } from './shared';

const ROWS_MAX = 1_000;

type Row = ElementInstance & { depth: number; name: string };

export function ElementTree({ instance, model, element }: TabProps) {
  const query = useQuery(
    found('/v2/element-instances/search', {
      filter: { processInstanceKey: instance.processInstanceKey },
      sort: [{ field: 'startDate', order: 'ASC' }],
      page: { limit: ROWS_MAX },
    }),
  );
  if (!query.data) return <Skeleton />;
  const rows = inOrder(query.data.items, model).filter((it) => !element || it.elementId === element);
  if (rows.length === 0) return <Empty title="Nothing was entered here" />;
  return (
    <WholeTable
      label="Visits"
      file={`visits-${instance.processInstanceKey}`}
      columns={columns}
      rows={rows}
      keyOf={(row) => row.elementInstanceKey}
    />
  );
}

/** Children follow their scope; the model says which sub-process is around which element. */
function inOrder(all: ElementInstance[], model: TabProps['model']): Row[] {
  const depthOf = (id: string): number => {
    const parent = model.get(id)?.parent;
    return parent ? 1 + depthOf(parent) : 0;
  };
  return all
    .filter((it) => it.type !== 'PROCESS')
    .map((it) => ({ ...it, depth: depthOf(it.elementId), name: nameOf(model, it.elementId) }));
}

const columns: Column<Row>[] = [
  {
    id: 'element',
    title: 'Element',
    cell: (row) => <span style={{ paddingLeft: `${row.depth * 1.4}rem` }}>{row.name}</span>,
    csv: (row) => row.elementId,
  },
  { id: 'type', title: 'Type', cell: (row) => row.type.replaceAll('_', ' ').toLowerCase(), csv: (row) => row.type },
  {
    id: 'state',
    title: 'State',
    cell: (row) => <Status of={row.hasIncident ? 'INCIDENT' : row.state} />,
    csv: (row) => row.state,
  },
  { id: 'start', title: 'Entered', cell: (row) => <When at={row.startDate} />, csv: (row) => row.startDate },
  { id: 'end', title: 'Left', cell: (row) => <When at={row.endDate} />, csv: (row) => row.endDate },
  { id: 'key', title: 'Key', cell: (row) => <Key of={row.elementInstanceKey} />, csv: (row) => row.elementInstanceKey },
];
