// The first hour, guided: a process is deployed, worked on, broken, repaired and finished. Each step
// is done when the server says so. Closed by whoever knows it.

import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { commands } from '../api/commands';
import { counted, found, queries } from '../api/queries';
import { Failure } from '../parts/Failure';
import { useCommand } from '../parts/useCommand';
import { SAMPLE, SAMPLE_ID } from './sample';

const KEY = 'segue.first-hour';
const own = { processDefinitionId: SAMPLE_ID };

interface Step {
  isDone: boolean;
  title: string;
  /** What to do, and what there is to see. */
  how: ReactNode;
}

export function FirstHour() {
  const [isClosed, setClosed] = useState(() => localStorage.getItem(KEY) === 'closed');
  if (isClosed) return null;
  const close = () => {
    localStorage.setItem(KEY, 'closed');
    setClosed(true);
  };
  return <Steps onClose={close} />;
}

function Steps({ onClose }: { onClose: () => void }) {
  const command = useCommand();
  const definitions = useQuery(queries.definitions());
  const sample = definitions.data?.filter((it) => it.processDefinitionId === SAMPLE_ID).at(-1);
  const instances = useQuery(
    found('/v2/process-instances/search', {
      filter: own,
      sort: [{ field: 'startDate', order: 'DESC' }],
      page: { limit: 1 },
    }),
  );
  const tasks = useQuery(counted('/v2/user-tasks/search', { ...own, state: 'COMPLETED' }));
  const repaired = useQuery(counted('/v2/incidents/search', { ...own, state: 'RESOLVED' }));
  const completed = useQuery(counted('/v2/process-instances/search', { ...own, state: 'COMPLETED' }));
  const [latest] = instances.data?.items ?? [];
  const isAny = (query: { data?: { totalItems: number } }) => (query.data?.totalItems ?? 0) > 0;
  const deploy = () =>
    void command.run(commands.deploy([{ name: 'first-hour.bpmn', content: SAMPLE }]), 'First hour deployed');
  const start = () =>
    sample && void command.run(commands.createInstance(sample.processDefinitionKey, {}), 'Order started');

  const steps: Step[] = [
    {
      isDone: sample !== undefined,
      title: 'Deploy a process',
      how: (
        <>
          A small order process, made for this.{' '}
          <Button size="xs" loading={command.isSending} onClick={deploy}>
            Deploy the sample
          </Button>
        </>
      ),
    },
    {
      isDone: latest !== undefined,
      title: 'Start an order',
      how: (
        <>
          An instance is one run of a process.{' '}
          <Button size="xs" loading={command.isSending} onClick={start}>
            Start an order
          </Button>
        </>
      ),
    },
    {
      isDone: isAny(tasks),
      title: 'Do the first task',
      how: (
        <>
          It waits in{' '}
          <Link to="/work" search={{ process: SAMPLE_ID }}>
            Work
          </Link>
          : open it, leave its result empty, as happens, and complete it with <kbd>Ctrl Enter</kbd>.
        </>
      ),
    },
    {
      isDone: isAny(repaired),
      title: 'Repair what broke',
      how: (
        <>
          The gateway asks whether the order is large, and nobody gave an amount. In{' '}
          <Link to="/operate/incidents" search={{ process: SAMPLE_ID }}>
            Incidents
          </Link>{' '}
          choose <em>Repair…</em>, set <code>{'{ "amount": 120 }'}</code> first, and resolve.
        </>
      ),
    },
    {
      isDone: isAny(completed),
      title: 'Finish the order',
      how: (
        <>
          120 is large: somebody approves it in{' '}
          <Link to="/work" search={{ process: SAMPLE_ID }}>
            Work
          </Link>
          .{' '}
          {latest && (
            <>
              Watch{' '}
              <Link to="/operate/instances/$instanceKey" params={{ instanceKey: latest.processInstanceKey }}>
                the instance
              </Link>{' '}
              meanwhile: its token, its timeline.
            </>
          )}
        </>
      ),
    },
  ];
  const next = steps.findIndex((it) => !it.isDone);
  const isOver = next === -1;
  return (
    <section className="card first-hour" aria-label="Your first hour">
      <h2>
        Your first hour{' '}
        <span className="quiet">
          {steps.filter((it) => it.isDone).length} of {steps.length}
        </span>
      </h2>
      <ol>
        {steps.map((step, at) => (
          <li key={step.title} className={step.isDone ? 'is-done' : undefined} aria-current={at === next ? 'step' : undefined}>
            <strong>
              {step.title} {step.isDone && <span className="tick">✓<span className="only-read"> done</span></span>}
            </strong>
            {at === next && <div>{step.how}</div>}
          </li>
        ))}
      </ol>
      {command.error !== undefined && <Failure error={command.error} doing="take this step" />}
      {isOver && latest && (
        <p>
          All done. <Link to="/govern/audit">Audit</Link> says who did what,{' '}
          <Link to="/operate/instances/$instanceKey" params={{ instanceKey: latest.processInstanceKey }}>
            the instance
          </Link>{' '}
          how it went. Draw a process of your own in <Link to="/design">Design</Link>; <kbd>?</kbd> shows
          the keys.
        </p>
      )}
      <button type="button" className="link" onClick={onClose}>
        {isOver ? 'Close' : 'I know this'}
      </button>
    </section>
  );
}
