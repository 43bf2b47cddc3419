// The cards of Home that tell what needs somebody. Not here: which rows there are (`matters.ts`).

import { Link } from '@tanstack/react-router';
import type { Alert, Case, Incident, Task } from '../api/types';
import { Sla, Urgency } from '../cases/Chips';
import { groupIncidents } from '../operate/fingerprint';
import { Status } from '../parts/Status';
import { When } from '../parts/When';
import { SHOWN } from './matters';

export function NeedsSomebody({ tasks }: { tasks: Task[] }) {
  return (
    <section className="card">
      <h2>
        <Link to="/work">Needs somebody</Link>
      </h2>
      {tasks.length === 0 && <p className="quiet">No open task.</p>}
      <ul className="plain">
        {tasks.map((task) => (
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
  );
}

export function MostUrgent({ cases }: { cases: Case[] }) {
  return (
    <section className="card">
      <h2>
        <Link to="/cases/all">Most urgent cases</Link>
      </h2>
      <ul className="plain">
        {cases.map((it) => (
          <li key={it.caseKey}>
            <Link to="/cases/all/$caseKey" params={{ caseKey: it.caseKey }}>
              {it.title}
            </Link>
            <span>
              <Urgency of={it} /> <Sla of={it} />{' '}
              <span className="quiet">{it.driver ?? 'nobody takes care of it'}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function OffCourse(props: { incidents: Incident[] | undefined; alerts: Alert[] | undefined }) {
  const { incidents, alerts } = props;
  const groups = groupIncidents(incidents ?? []);
  return (
    <section className="card">
      <h2>
        <Link to={incidents ? '/operate/incidents' : '/signals/alerts'}>Off course</Link>
      </h2>
      {groups.length === 0 && !alerts?.length && <p className="quiet">No incident, no alert.</p>}
      <ul className="plain">
        {alerts?.map((it) => (
          <li key={it.alertKey}>
            <Link to="/signals/alerts/$alertKey" params={{ alertKey: it.alertKey }}>
              {it.title}
            </Link>
            <span className="quiet">
              <Status of={it.severity} /> alert, nobody has seen it · last <When at={it.lastSeenTime} />
            </span>
          </li>
        ))}
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
  );
}
