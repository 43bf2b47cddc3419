// Every process with how many of its instances run and how many have an incident.

import { TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { queries } from '../api/queries';
import type { Definition } from '../api/types';
import type { Column } from '../parts/DataTable';
import { Empty, Skeleton } from '../parts/Empty';
import { Failure } from '../parts/Failure';
import { Page } from '../parts/Page';
import { WholeTable } from '../parts/WholeTable';

interface Row {
  latest: Definition;
  versions: number;
  running: number;
  incidents: number;
}

export default function Processes() {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const definitions = useQuery(queries.definitions());
  const counts = useQuery(queries.processCounts());
  if (definitions.error && !definitions.data) {
    return <Failure error={definitions.error} doing="read the processes" retry={() => void definitions.refetch()} />;
  }
  const rows = inRows(definitions.data ?? [], counts.data?.items ?? []).filter(({ latest }) => {
    const text = `${latest.name ?? ''} ${latest.processDefinitionId}`.toLowerCase();
    const isInScope = !search.process || latest.processDefinitionId === search.process;
    return isInScope && text.includes((search.q ?? '').toLowerCase());
  });
  return (
    <Page title="Processes" place="Operate">
      <div className="filters">
        <TextInput
          data-filter
          aria-label="Filter processes"
          placeholder="Name or id"
          size="xs"
          value={search.q ?? ''}
          onChange={(event) =>
            void navigate({
              to: '.',
              replace: true,
              search: { ...search, q: event.currentTarget.value || undefined },
            })
          }
        />
      </div>
      {!definitions.data && <Skeleton />}
      {definitions.data?.length === 0 && (
        <Empty title="No process is deployed yet">
          <p>
            A process is drawn in <Link to="/design">Design</Link>, or deployed from a file:
          </p>
          <pre>segue deploy samples/order-to-cash/order-to-cash.bpmn</pre>
        </Empty>
      )}
      {rows.length > 0 && (
        <WholeTable
          file="processes"
          label="Processes"
          columns={columns}
          rows={rows}
          keyOf={(row) => row.latest.processDefinitionId}
        />
      )}
      {definitions.data && definitions.data.length > 0 && rows.length === 0 && (
        <Empty title="No process has this name" />
      )}
    </Page>
  );
}

/** One row for each process, from its versions and its counts. */
function inRows(
  definitions: Definition[],
  counts: {
    processDefinitionId: string;
    activeInstancesWithIncidentCount: number;
    activeInstancesWithoutIncidentCount: number;
  }[],
): Row[] {
  const rows = new Map<string, Row>();
  for (const it of definitions) {
    const known = rows.get(it.processDefinitionId);
    if (!known) {
      rows.set(it.processDefinitionId, { latest: it, versions: 1, running: 0, incidents: 0 });
    } else {
      known.versions += 1;
      if (it.version > known.latest.version) known.latest = it;
    }
  }
  for (const it of counts) {
    const row = rows.get(it.processDefinitionId);
    if (!row) continue;
    row.incidents = it.activeInstancesWithIncidentCount;
    row.running = it.activeInstancesWithoutIncidentCount + row.incidents;
  }
  return [...rows.values()].sort(
    (a, b) => b.incidents - a.incidents || b.running - a.running || nameOf(a).localeCompare(nameOf(b)),
  );
}

const nameOf = (row: Row) => row.latest.name ?? row.latest.processDefinitionId;

const columns: Column<Row>[] = [
  {
    id: 'name',
    title: 'Process',
    cell: (row) => (
      <>
        <Link
          to="/operate/processes/$definitionKey"
          params={{ definitionKey: row.latest.processDefinitionKey }}
          className="strong"
        >
          {nameOf(row)}
        </Link>
        <div className="quiet">{row.latest.processDefinitionId}</div>
      </>
    ),
    csv: nameOf,
  },
  {
    id: 'health',
    title: 'Running',
    cell: (row) => <Share {...row} />,
    csv: (row) => row.running,
  },
  {
    id: 'incidents',
    title: 'With incidents',
    align: 'right',
    cell: (row) =>
      row.incidents > 0 ? (
        <Link
          className="count is-alarm"
          to="/operate/incidents"
          search={{ process: row.latest.processDefinitionId }}
        >
          {row.incidents}
        </Link>
      ) : (
        <span className="quiet">0</span>
      ),
    csv: (row) => row.incidents,
  },
  {
    id: 'versions',
    title: 'Versions',
    align: 'right',
    cell: (row) => row.versions,
    csv: (row) => row.versions,
  },
];

/** Running instances as a number and as a bar that shows the part with incidents. */
function Share({ latest, running, incidents }: Row) {
  const percent = running === 0 ? 0 : Math.max((incidents / running) * 100, incidents ? 4 : 0);
  return (
    <Link
      to="/operate/instances"
      search={{ process: latest.processDefinitionId, state: 'ACTIVE' }}
      className="share"
    >
      <span className="count">{new Intl.NumberFormat().format(running)}</span>
      <span className="share-bar" aria-hidden="true">
        {running > 0 && <span className="share-good" style={{ width: `${100 - percent}%` }} />}
        {incidents > 0 && <span className="share-bad" style={{ width: `${percent}%` }} />}
      </span>
    </Link>
  );
}
