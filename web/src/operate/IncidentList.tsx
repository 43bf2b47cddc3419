// Incidents as a table. Not here: grouping them by cause (`Incidents.tsx`).

import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { found } from '../api/queries';
import { useCan } from '../api/may';
import type { Incident } from '../api/types';
import type { Column } from '../parts/DataTable';
import { Skeleton } from '../parts/Empty';
import { Failure } from '../parts/Failure';
import { Key } from '../parts/Key';
import { inWords, Status } from '../parts/Status';
import { When } from '../parts/When';
import { WholeTable } from '../parts/WholeTable';

const Repair = lazy(() => import('./Repair'));

const ROWS_MAX = 200;

export function IncidentList({ filter, empty }: { filter: Record<string, unknown>; empty: ReactNode }) {
  const [repaired, setRepaired] = useState<Incident>();
  const query = useQuery(
    found('/v2/incidents/search', {
      filter,
      sort: [{ field: 'creationTime', order: 'DESC' }],
      page: { limit: ROWS_MAX },
    }),
  );
  if (query.error && !query.data) return <Failure error={query.error} doing="read the incidents" />;
  if (!query.data) return <Skeleton />;
  if (query.data.items.length === 0) return <>{empty}</>;
  return (
    <>
      <IncidentTable incidents={query.data.items} onRepair={setRepaired} />
      {repaired && (
        <Suspense fallback={null}>
          <Repair incidents={[repaired]} onClose={() => setRepaired(undefined)} />
        </Suspense>
      )}
    </>
  );
}

export function IncidentTable({
  incidents,
  onRepair,
}: {
  incidents: Incident[];
  onRepair: (incident: Incident) => void;
}) {
  const can = useCan();
  const columns: Column<Incident>[] = [
    {
      id: 'instance',
      title: 'Instance',
      cell: (row) => (
        <Link
          to="/operate/instances/$instanceKey"
          params={{ instanceKey: row.processInstanceKey }}
          search={{ tab: 'incidents' }}
        >
          {row.processDefinitionId} …{row.processInstanceKey.slice(-6)}
        </Link>
      ),
      csv: (row) => row.processInstanceKey,
    },
    { id: 'state', title: 'State', cell: (row) => <Status of={row.state === 'ACTIVE' ? 'INCIDENT' : row.state} />, csv: (row) => row.state },
    { id: 'kind', title: 'Kind', cell: (row) => inWords(row.errorType), csv: (row) => row.errorType },
    { id: 'element', title: 'Element', cell: (row) => row.elementId, csv: (row) => row.elementId },
    { id: 'message', title: 'Message', cell: (row) => <span className="message">{row.errorMessage}</span>, csv: (row) => row.errorMessage },
    { id: 'raised', title: 'Raised', cell: (row) => <When at={row.creationTime} />, csv: (row) => row.creationTime },
    { id: 'key', title: 'Key', cell: (row) => <Key of={row.incidentKey} />, csv: (row) => row.incidentKey },
    {
      id: 'repair',
      title: '',
      cell: (row) =>
        row.state === 'ACTIVE' &&
        can('UPDATE_PROCESS_INSTANCE', 'PROCESS_DEFINITION', row.processDefinitionId) && (
          <Button size="compact-xs" variant="light" onClick={() => onRepair(row)}>
            Repair…
          </Button>
        ),
    },
  ];
  return (
    <WholeTable
      label="Incidents"
      file="incidents"
      columns={columns}
      rows={incidents}
      keyOf={(row) => row.incidentKey}
    />
  );
}
