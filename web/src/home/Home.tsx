// What needs me, what is off course, what moves; and the first hour of somebody new.

import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense } from 'react';
import { useCan } from '../api/may';
import { counted, queries } from '../api/queries';
import { Empty, Skeleton } from '../parts/Empty';
import { Failure } from '../parts/Failure';
import { Page } from '../parts/Page';
import { MostUrgent, NeedsSomebody, OffCourse } from './Cards';
import { useMatters } from './matters';

const FirstHour = lazy(() => import('./FirstHour').then((it) => ({ default: it.FirstHour })));

export default function Home() {
  const { process } = useSearch({ strict: false });
  const scope = process ? { processDefinitionId: process } : {};
  const can = useCan();
  const { may, isKnown, failed, tasks, incidents, cases, alerts } = useMatters(scope);
  if (failed) {
    return <Failure error={failed.error} doing="read what needs you" retry={() => void failed.refetch()} />;
  }
  if (!isKnown) return <Skeleton />;
  if (!Object.values(may).some(Boolean)) return <NothingGranted />;
  return (
    <Page title="Home" place="Home">
      <p className="headline">
        {headline({
          tasks: tasks?.page.totalItems ?? 0,
          incidents: incidents?.page.totalItems ?? 0,
          cases: cases?.page.totalItems ?? 0,
          alerts: alerts?.page.totalItems ?? 0,
        })}
      </p>
      <div className="columns">
        {tasks && <NeedsSomebody tasks={tasks.items} />}
        {cases && cases.items.length > 0 && <MostUrgent cases={cases.items} />}
        {(incidents || alerts) && <OffCourse incidents={incidents?.items} alerts={alerts?.items} />}
        {may.instances && <Moving scope={scope} />}
      </div>
      {may.tasks && may.instances && can('CREATE', 'RESOURCE') && (
        <Suspense fallback={null}>
          <FirstHour />
        </Suspense>
      )}
    </Page>
  );
}

function NothingGranted() {
  const me = useQuery(queries.me());
  return (
    <Page title="Home" place="Home">
      <Empty title="Nothing was granted to you yet">
        You are signed in as <code>{me.data?.username}</code>, and may not see anything. Ask an administrator for
        an authorization, a group or a role.
      </Empty>
    </Page>
  );
}

/** What somebody has to know first, in a sentence. */
function headline(of: { tasks: number; incidents: number; cases: number; alerts: number }): string {
  const many = (count: number, one: string, more: string) =>
    count > 0 && `${count} ${count === 1 ? one : more}`;
  const parts = [
    many(of.incidents, 'step is stuck', 'steps are stuck'),
    many(of.alerts, 'alert was seen by nobody', 'alerts were seen by nobody'),
    many(of.cases, 'case is open', 'cases are open'),
    many(of.tasks, 'task waits for a person', 'tasks wait for a person'),
  ].filter(Boolean);
  if (parts.length === 0) return 'Nothing needs anybody, and nothing is stuck.';
  const last = parts.pop();
  return `${parts.length > 0 ? `${parts.join(', ')}, and ` : ''}${last}.`;
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
