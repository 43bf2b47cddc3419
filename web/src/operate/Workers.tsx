// Which types of jobs there are, who works on them, and which nobody works on.

import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { found, queries } from '../api/queries';
import type { Column } from '../parts/DataTable';
import { Empty, Skeleton } from '../parts/Empty';
import { Failure } from '../parts/Failure';
import { Page } from '../parts/Page';
import { Status } from '../parts/Status';
import { When } from '../parts/When';
import { WholeTable } from '../parts/WholeTable';

const DAY_MS = 86_400_000;
const WAITING_MAX = 1_000;
/** A worker that has finished nothing for so long does not count as one. */
const SILENT_MS = 10 * 60_000;

interface Row {
  type: string;
  workers: number;
  waiting: number;
  oldest: string | null;
  created: number;
  completed: number;
  failed: number;
  last: string | null;
}

export default function Workers() {
  const [from, to] = useMemo(() => {
    const now = Date.now();
    return [new Date(now - DAY_MS).toISOString(), new Date(now + DAY_MS).toISOString()] as const;
  }, []);
  const types = useQuery(queries.jobTypes(from, to));
  const waiting = useQuery(
    found('/v2/jobs/search', {
      filter: { state: 'CREATED' },
      sort: [{ field: 'creationTime', order: 'ASC' }],
      page: { limit: WAITING_MAX },
    }),
  );
  if (types.error && !types.data) return <Failure error={types.error} doing="read the workers" />;
  const rows = new Map<string, Row>();
  const row = (type: string) => {
    const known = rows.get(type) ?? {
      type, workers: 0, waiting: 0, oldest: null, created: 0, completed: 0, failed: 0, last: null,
    };
    rows.set(type, known);
    return known;
  };
  for (const it of types.data?.items ?? []) {
    Object.assign(row(it.jobType), {
      workers: it.workers,
      created: it.created.count,
      completed: it.completed.count,
      failed: it.failed.count,
      last: it.completed.lastUpdatedAt ?? null,
    });
  }
  for (const it of waiting.data?.items ?? []) {
    const known = row(it.type);
    known.waiting += 1;
    known.oldest ??= it.creationTime;
  }
  const all = [...rows.values()].sort((a, b) => b.waiting - a.waiting || a.type.localeCompare(b.type));
  return (
    <Page title="Workers" place="Operate">
      <p className="quiet">Figures of the last 24 hours; waiting jobs are those of now.</p>
      {!types.data && <Skeleton />}
      {types.data && all.length === 0 && (
        <Empty title="No job was created in the last 24 hours">
          A service task creates a job of its type; a worker takes it with{' '}
          <code>POST /v2/jobs/activation</code>.
        </Empty>
      )}
      {all.length > 0 && (
        <WholeTable label="Workers" file="workers" columns={columns} rows={all} keyOf={(it) => it.type} />
      )}
    </Page>
  );
}

function Health({ row }: { row: Row }) {
  const isSilent = !row.last || Date.now() - Date.parse(row.last) > SILENT_MS;
  if (row.waiting > 0 && isSilent) return <Status of="FAILED" word="No worker for this type" />;
  if (row.waiting > 0) return <Status of="ACTIVE" word="Working" />;
  return <Status of="SUCCESS" word="Nothing waits" />;
}

const number = (
  id: 'waiting' | 'workers' | 'created' | 'completed' | 'failed',
  title: string,
): Column<Row> => ({
  id,
  title,
  align: 'right',
  cell: (row) => (row[id] === 0 ? <span className="quiet">0</span> : row[id]),
  csv: (row) => row[id],
});

const columns: Column<Row>[] = [
  { id: 'type', title: 'Type of job', cell: (row) => <code className="strong">{row.type}</code>, csv: (row) => row.type },
  { id: 'health', title: 'State', cell: (row) => <Health row={row} /> },
  number('waiting', 'Waiting'),
  { id: 'oldest', title: 'Oldest', cell: (row) => <When at={row.oldest} />, csv: (row) => row.oldest },
  number('workers', 'Workers'),
  number('created', 'Created'),
  number('completed', 'Completed'),
  number('failed', 'Failed'),
  { id: 'last', title: 'Last completed', cell: (row) => <When at={row.last} />, csv: (row) => row.last },
];
