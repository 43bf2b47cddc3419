// What runs for a case: its process instance, where that waits, and the tasks it asks people for.

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { found, queries } from '../api/queries';
import type { Case } from '../api/types';
import { Failure } from '../parts/Failure';
import { Status } from '../parts/Status';
import { When } from '../parts/When';

const SHOWN = 20;

export function CaseWork({ case: it }: { case: Case }) {
  if (!it.processInstanceKey) {
    if (it.state !== 'OPEN' || !it.reason || it.reopenings > 0) return null;
    return <p className="note">{it.reason}</p>;
  }
  return <Running instanceKey={it.processInstanceKey} />;
}

function Running({ instanceKey }: { instanceKey: string }) {
  const instance = useQuery(queries.instance(instanceKey));
  const tasks = useQuery(
    found('/v2/user-tasks/search', {
      filter: { processInstanceKey: instanceKey, state: 'CREATED' },
      page: { limit: SHOWN },
    }),
  );
  const waiting = useQuery(
    found('/v2/element-instances/search', {
      filter: { processInstanceKey: instanceKey, state: 'ACTIVE', type: { $neq: 'PROCESS' } },
      page: { limit: SHOWN },
    }),
  );
  if (instance.error && !instance.data) return <Failure error={instance.error} doing="read its process" />;
  if (!instance.data) return null;
  const { processDefinitionName, processDefinitionId, hasIncident, state, startDate } = instance.data;
  const isTask = new Set(tasks.data?.items.map((task) => task.elementInstanceKey));
  return (
    <section className="card" aria-label="What runs for it">
      <ul className="plain">
        <li>
          <span>
            <Link to="/operate/instances/$instanceKey" params={{ instanceKey }} className="strong">
              {processDefinitionName ?? processDefinitionId}
            </Link>{' '}
            <Status of={hasIncident && state === 'ACTIVE' ? 'INCIDENT' : state} />
          </span>
          <span className="quiet">
            its process, started <When at={startDate} />
          </span>
        </li>
        {tasks.data?.items.map((task) => (
          <li key={task.userTaskKey}>
            <Link to="/work/$taskKey" params={{ taskKey: task.userTaskKey }}>
              {task.name ?? task.elementId}
            </Link>
            <span className="quiet">a task{task.assignee ? ` of ${task.assignee}` : ', nobody has it'}</span>
          </li>
        ))}
        {waiting.data?.items
          .filter((element) => !isTask.has(element.elementInstanceKey))
          .map((element) => (
            <li key={element.elementInstanceKey}>
              <span>
                {element.elementName} {element.hasIncident && <Status of="INCIDENT" />}
              </span>
              <span className="quiet">
                waits since <When at={element.startDate} />
              </span>
            </li>
          ))}
      </ul>
    </section>
  );
}
