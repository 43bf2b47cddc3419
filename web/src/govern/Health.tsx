// Whether the platform itself is fine: server, figures, backups.

import { Button } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { commands } from '../api/commands';
import { useCan } from '../api/may';
import { queries } from '../api/queries';
import { type Column, DataTable } from '../parts/DataTable';
import { Empty, Skeleton } from '../parts/Empty';
import { Failure } from '../parts/Failure';
import { Page } from '../parts/Page';
import { Status } from '../parts/Status';
import { useCommand } from '../parts/useCommand';
import { When } from '../parts/When';
import { type Figure, figuresOf } from './figures';

const health = queryOptions({
  queryKey: ['ready'],
  queryFn: async () => ((await fetch('/health/ready')).ok ? 'UP' : 'DOWN'),
  refetchInterval: 5_000,
  retry: false,
});
const figures = queryOptions({
  queryKey: ['figures'],
  queryFn: async () => figuresOf(await (await fetch('/metrics')).text()),
  refetchInterval: 5_000,
});

export default function Health() {
  const ready = useQuery(health);
  const topology = useQuery(queries.topology());
  const numbers = useQuery(figures);
  const isUp = ready.data === 'UP';
  return (
    <Page
      title="Health"
      place="Govern"
      status={
        <Status
          of={isUp ? 'SUCCESS' : ready.isLoading ? 'PENDING' : 'FAILED'}
          word={isUp ? 'Ready' : ready.isLoading ? 'Asking' : 'Not ready'}
        />
      }
    >
      <p className="quiet">
        Version {topology.data?.brokers[0]?.version ?? '…'}, speaking the API of Camunda{' '}
        {topology.data?.gatewayVersion ?? '…'}.
      </p>
      <h2>Figures</h2>
      {numbers.error && <Failure error={numbers.error} doing="read the figures" />}
      {numbers.data && (
        <DataTable label="Figures" columns={figureColumns} rows={numbers.data} keyOf={(row) => row.name} />
      )}
      <Backups />
    </Page>
  );
}

const figureColumns: Column<Figure>[] = [
  { id: 'name', title: 'Figure', cell: (row) => row.words },
  { id: 'value', title: 'Now', align: 'right', cell: (row) => new Intl.NumberFormat().format(row.value) },
  { id: 'raw', title: 'Metric', cell: (row) => <code className="quiet">{row.name}</code> },
];

interface Backup {
  name: string;
  state: string;
  time?: string | null;
  bytes?: number;
  totalBytes?: number;
}

function Backups() {
  const backups = useQuery(queries.backups());
  const command = useCommand();
  const can = useCan();
  const begin = () => void command.run(commands.createBackup(nameNow()), 'Backup begun');
  const rows = (backups.data as { items?: Backup[] } | undefined)?.items ?? [];
  return (
    <>
      <div className="list-bar">
        <h2>Backups</h2>
        <span className="fill" />
        {can('UPDATE', 'SYSTEM') && (
          <Button size="xs" variant="default" onClick={begin} loading={command.isSending}>
            Back up now
          </Button>
        )}
      </div>
      {command.error !== undefined && <Failure error={command.error} doing="begin a backup" />}
      {backups.isLoading && <Skeleton rows={2} />}
      {backups.data && rows.length === 0 && (
        <Empty title="No backup yet">A backup is a copy of the data file at one moment.</Empty>
      )}
      {rows.length > 0 && (
        <DataTable label="Backups" columns={backupColumns} rows={rows} keyOf={(row) => row.name} />
      )}
    </>
  );
}

const backupColumns: Column<Backup>[] = [
  { id: 'name', title: 'Name', cell: (row) => <code>{row.name}</code> },
  { id: 'state', title: 'State', cell: (row) => <Status of={row.state} /> },
  { id: 'time', title: 'Of', cell: (row) => <When at={row.time} /> },
  {
    id: 'size',
    title: 'Size',
    align: 'right',
    cell: (row) => `${((row.totalBytes ?? row.bytes ?? 0) / 1_048_576).toFixed(1)} MiB`,
  },
];

function nameNow(): string {
  return `by-hand-${new Date().toISOString().slice(0, 19).replaceAll(/[:T]/g, '-').toLowerCase()}`;
}
