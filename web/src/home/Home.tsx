// What needs me, what is off course, what moves; and the first hour of somebody new.

import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense } from 'react';
import { counted, found, queries } from '../api/queries';
import { Skeleton } from '../parts/Empty';
import { Failure } from '../parts/Failure';
import { Page } from '../parts/Page';
import { When } from '../parts/When';
import { groupIncidents } from '../operate/fingerprint';

const FirstHour = lazy(() => import('./FirstHour').then((it) => ({ default: it.FirstHour })));

const SHOWN = 6;
const GROUPED = 200;

export default function Home() {
  const { process } = useSearch({ strict: false });
  const scope = process ? { processDefinitionId: process } : {};
  const tasks = useQuery(
    found('/v2/user-tasks/search', {
      filter: { ...scope, state: 'CREATED' },
      sort: [{ field: 'creationDate', order: 'ASC' }],
      page: { limit: SHOWN },
    }),
  );
  const incidents = useQuery(
    found('/v2/incidents/search', {
      filter: { ...scope, state: 'ACTIVE' },
      sort: [{ field: 'creationTime', order: 'DESC' }],
      page: { limit: GROUPED },
    }),
  );
  const definitions = useQuery(queries.definitions());
  const failure = tasks.error ?? incidents.error ?? definitions.error;
  if (failure && !tasks.data) {
    return <Failure error={failure} doing="read what needs you" retry={() => void tasks.refetch()} />;
  }
  if (!tasks.data || !incidents.data || !definitions.data) return <Skeleton />;
  const groups = groupIncidents(incidents.data.items);
  const stuck = incidents.data.page.totalItems;
  const open = tasks.data.page.totalItems;
  return (
    <Page title="Home" place="Home">
      <p className="headline">{headline(open, stuck)}</p>
      <div className="columns">
        <section className="card">
          <h2>
            <Link to="/work">Needs somebody</Link>
          </h2>
          {tasks.data.items.length === 0 && <p className="quiet">No open task.</p>}
          <ul className="plain">
            {tasks.data.items.map((task) => (
              <li key={task.userTaskKey}>
                <Link to="/work/$taskKey" params={{ taskKey: task.userTaskKey }}>
                  {task.name ?? task.elementId}
                </Link>
                <span className="quiet">
                  {task.processName ?? task.processDefinitionId} · <When at={task.creationDate} />
                </span>
              </li>
            ))}
          </ul>
        </section>
        <section className="card">
          <h2>
            <Link to="/operate/incidents">Off course</Link>
          </h2>
          {groups.length === 0 && <p className="quiet">No incident.</p>}
          <ul className="plain">
            {groups.slice(0, SHOWN).map((group) => (
              <li key={group.fingerprint}>
                <Link to="/operate/incidents" search={{ group: group.fingerprint }}>
                  <span className="count is-alarm">{group.incidents.length}</span> {group.message}
                </Link>
                <span className="quiet">
                  {group.elementId} of {group.processDefinitionId} · last <When at={group.last} />
                </span>
              </li>
            ))}
          </ul>
        </section>
        <Moving scope={scope} />
      </div>
      <Suspense fallback={null}>
        <FirstHour />
      </Suspense>
    </Page>
  );
}

function headline(tasks: number, incidents: number): string {
  const many = (count: number, one: string, more: string) => `${count} ${count === 1 ? one : more}`;
  if (tasks === 0 && incidents === 0) return 'Nothing needs anybody, and nothing is stuck.';
  const parts = [
    incidents > 0 && `${many(incidents, 'step is', 'steps are')} stuck`,
    tasks > 0 && `${many(tasks, 'task waits', 'tasks wait')} for a person`,
  ].filter(Boolean);
  return `${parts.join(', and ')}.`;
}

const HOUR_MS = 3_600_000;

function Moving({ scope }: { scope: Record<string, unknown> }) {
  // To the minute, so that the question stays the same for a while.
  const since = new Date(Math.floor(Date.now() / 60_000) * 60_000 - 24 * HOUR_MS).toISOString();
  const path = '/v2/process-instances/search';
  return (
    <section className="card">
      <h2>
        <Link to="/operate/processes">Moving</Link>
      </h2>
      <div className="tiles">
        <Tile label="Active" filter={{ ...scope, state: 'ACTIVE' }} path={path} to={{ state: 'ACTIVE' }} />
        <Tile
          label="Started in 24 h"
          filter={{ ...scope, startDate: { $gte: since } }}
          path={path}
          to={{}}
        />
        <Tile
          label="Completed in 24 h"
          filter={{ ...scope, state: 'COMPLETED', endDate: { $gte: since } }}
          path={path}
          to={{ state: 'COMPLETED' }}
        />
        <Tile
          label="With incidents"
          filter={{ ...scope, state: 'ACTIVE', hasIncident: true }}
          path={path}
          to={{ state: 'INCIDENT' }}
        />
      </div>
    </section>
  );
}

function Tile(props: {
  label: string;
  path: '/v2/process-instances/search';
  filter: Record<string, unknown>;
  to: { state?: string };
}): ReactNode {
  const query = useQuery(counted(props.path, props.filter));
  const value = query.data
    ? `${new Intl.NumberFormat().format(query.data.totalItems)}${query.data.hasMoreTotalItems ? '+' : ''}`
    : '…';
  return (
    <Link to="/operate/instances" search={(all) => ({ process: all.process, ...props.to })} className="tile">
      <span className="tile-value">{value}</span>
      <span>{props.label}</span>
    </Link>
  );
}
