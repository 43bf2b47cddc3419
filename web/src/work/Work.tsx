// Work for people: the list of open tasks, and the chosen task beside it.

import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { found, queries } from '../api/queries';
import type { Task } from '../api/types';
import { Empty, Skeleton } from '../parts/Empty';
import { Failure } from '../parts/Failure';
import { Page } from '../parts/Page';
import { Status } from '../parts/Status';
import { When } from '../parts/When';
import { useSteadyRows } from '../parts/useSteadyRows';
import { TaskPane } from './TaskPane';
import { filterOfView, VIEWS, type View } from './taskFields';

const LISTED = 100;

const LABELS: Record<View, string> = { open: 'Open', mine: 'Mine', free: 'Nobody’s', done: 'Done' };

export default function Work() {
  const { taskKey } = useParams({ strict: false });
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const me = useQuery(queries.me()).data?.username;
  const view = VIEWS.find((it) => it === search.view) ?? 'open';
  const filter = {
    ...filterOfView(view, me),
    ...(search.process ? { processDefinitionId: search.process } : {}),
    ...(search.group ? { candidateGroup: search.group } : {}),
  };
  const query = useQuery(
    found('/v2/user-tasks/search', {
      filter,
      sort: [
        { field: 'priority', order: 'DESC' },
        { field: 'creationDate', order: view === 'done' ? 'DESC' : 'ASC' },
      ],
      page: { limit: LISTED },
    }),
  );
  const steady = useSteadyRows(
    query.isPlaceholderData ? undefined : query.data?.items,
    (task) => task.userTaskKey,
    JSON.stringify(filter),
  );
  // What is no longer open leaves the list, except the one that is being looked at.
  const listed = steady.rows.filter(
    (it) => !steady.gone.has(it.userTaskKey) || it.userTaskKey === taskKey,
  );
  const openTask = (key: string) =>
    void navigate({ to: '/work/$taskKey', params: { taskKey: key }, search });
  /** The first task that is still open, after the given one if there is any after it. */
  const next = (after: string | undefined) => {
    const open = steady.rows.filter((it) => !steady.gone.has(it.userTaskKey) && it.userTaskKey !== after);
    const at = steady.rows.findIndex((it) => it.userTaskKey === after);
    const behind = open.find((it) => steady.rows.indexOf(it) > at);
    const chosen = behind ?? open[0];
    if (chosen) openTask(chosen.userTaskKey);
    else void navigate({ to: '/work', search });
  };
  useNextKey(() => next(taskKey));

  if (query.error && !query.data) {
    return <Failure error={query.error} doing="read the tasks" retry={() => void query.refetch()} />;
  }
  return (
    <Page
      title="Work"
      place="Work"
      actions={
        <Button size="xs" variant="light" onClick={() => next(taskKey)} rightSection={<kbd>n</kbd>}>
          Next task
        </Button>
      }
    >
      <div className="work">
        <section className="work-list" aria-label="Tasks">
          <div className="filters">
            <SegmentedControl
              size="xs"
              aria-label="Which tasks"
              data={VIEWS.map((value) => ({ value, label: LABELS[value] }))}
              value={view}
              onChange={(value) =>
                void navigate({ to: '/work', search: { ...search, view: value === 'open' ? undefined : value } })
              }
            />
            <TextInput
              data-filter
              size="xs"
              w={120}
              aria-label="Candidate group"
              placeholder="Group"
              value={search.group ?? ''}
              onChange={(event) =>
                void navigate({
                  to: '.',
                  replace: true,
                  search: { ...search, group: event.currentTarget.value || undefined },
                })
              }
            />
          </div>
          {steady.fresh > 0 && (
            <Button size="compact-xs" variant="light" fullWidth onClick={steady.showFresh}>
              {steady.fresh} new – show
            </Button>
          )}
          {!query.data && <Skeleton />}
          {query.data && listed.length === 0 && (
            <NoTask view={view} />
          )}
          <ul data-rows-list>
            {listed.map((task) => (
              <TaskCard
                key={task.userTaskKey}
                task={task}
                isGone={steady.gone.has(task.userTaskKey)}
                isChosen={task.userTaskKey === taskKey}
              />
            ))}
          </ul>
        </section>
        <section className="work-pane" aria-label="Task">
          {taskKey ? (
            <TaskPane key={taskKey} taskKey={taskKey} onDone={() => next(taskKey)} />
          ) : (
            <Empty title="Choose a task">
              Or press <kbd>n</kbd>: the most important one that has waited longest comes first.
            </Empty>
          )}
        </section>
      </div>
    </Page>
  );
}

function TaskCard({ task, isGone, isChosen }: { task: Task; isGone: boolean; isChosen: boolean }) {
  return (
    <li className={isGone ? 'gone' : undefined}>
      <Link
        to="/work/$taskKey"
        params={{ taskKey: task.userTaskKey }}
        search={(all) => all}
        className={isChosen ? 'task-card is-here' : 'task-card'}
        aria-current={isChosen ? 'true' : undefined}
      >
        <strong>{task.name ?? task.elementId}</strong>
        <span className="quiet">
          {task.processName ?? task.processDefinitionId}
          {task.businessId ? ` ${task.businessId}` : ''} · <When at={task.creationDate} />
        </span>
        <span className="task-tags">
          {task.state !== 'CREATED' && <Status of={task.state} />}
          {isGone && <Status of="RESOLVED" word="No longer open" />}
          {task.assignee && <span className="tag">{task.assignee}</span>}
          {task.candidateGroups.map((group) => (
            <span className="tag" key={group}>
              {group}
            </span>
          ))}
          {task.dueDate && (
            <span className="tag">
              due <When at={task.dueDate} />
            </span>
          )}
        </span>
      </Link>
    </li>
  );
}

function NoTask({ view }: { view: View }) {
  if (view === 'done') return <Empty title="No task was completed yet" />;
  if (view === 'mine') {
    return (
      <Empty title="You have no task">
        <Link to="/work" search={{ view: 'free' }}>
          Nobody’s
        </Link>{' '}
        lists what you can claim: <kbd>a</kbd> makes an open task yours.
      </Empty>
    );
  }
  return (
    <Empty title="Nothing waits for a person">
      A user task of a process appears here as soon as it is reached.
    </Empty>
  );
}

/** `n` opens the next task, unless something is being typed. */
function useNextKey(next: () => void): void {
  const latest = useRef(next);
  latest.current = next;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.key !== 'n' || event.ctrlKey || event.metaKey || event.altKey) return;
      if (target.isContentEditable || target.matches('input, textarea, select')) return;
      if (document.querySelector('[role=dialog]')) return;
      event.preventDefault();
      latest.current();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}
