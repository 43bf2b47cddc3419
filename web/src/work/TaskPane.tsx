// One task: its form on the left, what is known and what happened on the right.

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef } from 'react';
import { client, data } from '../api/client';
import { useCan } from '../api/may';
import { queries } from '../api/queries';
import type { Task, Variable } from '../api/types';
import { Skeleton } from '../parts/Empty';
import { Failure } from '../parts/Failure';
import { Status } from '../parts/Status';
import { When } from '../parts/When';
import { pretty } from '../operate/instance/Variables';
import { PlainForm } from './PlainForm';
import { TaskActions } from './TaskActions';
import { whoHas } from './taskFields';

const DrawnForm = lazy(() => import('./DrawnForm'));

const VARIABLES_MAX = 200;

export function TaskPane({ taskKey, onDone }: { taskKey: string; onDone: () => void }) {
  const task = useQuery(queries.task(taskKey));
  const form = useQuery({ ...queries.taskForm(taskKey), retry: false });
  const variables = useQuery({
    queryKey: ['task-variables', taskKey],
    queryFn: async () =>
      (await data(
        client.POST('/v2/user-tasks/{userTaskKey}/effective-variables/search', {
          params: { path: { userTaskKey: taskKey } },
          body: { page: { limit: VARIABLES_MAX } },
        }),
      )) as { items: Variable[] },
  });
  if (task.error && !task.data) return <Failure error={task.error} doing="read the task" />;
  if (!task.data || !variables.data || form.isLoading) return <Skeleton />;
  return <Opened task={task.data} schema={form.data?.schema} known={variables.data.items} onDone={onDone} />;
}

/** A task with everything it needs; the focus comes to it when it is there. */
function Opened(props: { task: Task; schema: unknown; known: Variable[]; onDone: () => void }) {
  const { task: it, schema, known, onDone } = props;
  const me = useQuery(queries.me()).data?.username;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const isOpen = it.state === 'CREATED';
  const isOthers = whoHas(it, me) === 'other';
  const mayWork = useCan()('UPDATE_USER_TASK', 'PROCESS_DEFINITION', it.processDefinitionId);
  const isReadOnly = !isOpen || isOthers || !mayWork;
  return (
    <article className="task">
      <header>
        <h2 tabIndex={-1} ref={heading}>
          {it.name ?? it.elementId}
        </h2>
        <Status of={it.state} />
      </header>
      <div className="task-columns">
        <div>
          {!isOpen && (
            <p className="note" role="status">
              This task is no longer open. What you typed is kept here, but cannot be sent.
            </p>
          )}
          {isOpen && isOthers && (
            <p className="note" role="status">
              {it.assignee} has this task. What you typed is kept; take it over to send it.
            </p>
          )}
          {isOpen && !mayWork && (
            <p className="note" role="status">
              You may see this task and not work on it: that needs UPDATE_USER_TASK on{' '}
              <code>{it.processDefinitionId}</code>.
            </p>
          )}
          {schema ? (
            <Suspense fallback={<Skeleton rows={4} />}>
              <DrawnForm task={it} isReadOnly={isReadOnly} schema={schema} variables={known} onDone={onDone} />
            </Suspense>
          ) : (
            <PlainForm task={it} isReadOnly={isReadOnly} onDone={onDone} />
          )}
        </div>
        <Context task={it} variables={known} mayWork={mayWork} />
      </div>
    </article>
  );
}

function Context(props: { task: Task; variables: Variable[]; mayWork: boolean }) {
  const { task, variables, mayWork } = props;
  return (
    <aside className="context" aria-label="Context">
      <h3>About</h3>
      <dl className="facts is-column">
        <div>
          <dt>Process</dt>
          <dd>
            <Link
              to="/operate/instances/$instanceKey"
              params={{ instanceKey: task.processInstanceKey }}
              search={{ element: task.elementId }}
            >
              {task.processName ?? task.processDefinitionId} {task.businessId}
            </Link>
          </dd>
        </div>
        <div>
          <dt>Open since</dt>
          <dd>
            <When at={task.creationDate} />
          </dd>
        </div>
        <div>
          <dt>Assigned to</dt>
          <dd>{task.assignee ?? 'nobody'}</dd>
        </div>
        {task.candidateGroups.length > 0 && (
          <div>
            <dt>For</dt>
            <dd>{task.candidateGroups.join(', ')}</dd>
          </div>
        )}
        {task.candidateUsers.length > 0 && (
          <div>
            <dt>Or</dt>
            <dd>{task.candidateUsers.join(', ')}</dd>
          </div>
        )}
        {task.dueDate && (
          <div>
            <dt>Due</dt>
            <dd>
              <When at={task.dueDate} />
            </dd>
          </div>
        )}
        {task.followUpDate && (
          <div>
            <dt>Follow up</dt>
            <dd>
              <When at={task.followUpDate} />
            </dd>
          </div>
        )}
        <div>
          <dt>Priority</dt>
          <dd>{task.priority}</dd>
        </div>
      </dl>
      {mayWork && task.state === 'CREATED' && <TaskActions task={task} />}
      <h3>What is known</h3>
      <dl className="known">
        {variables.map((it) => (
          <div key={it.variableKey}>
            <dt>{it.name}</dt>
            <dd>
              <pre>{pretty(it.value)}</pre>
            </dd>
          </div>
        ))}
      </dl>
    </aside>
  );
}
