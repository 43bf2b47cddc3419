// What happened, in three densities: what matters, bars over time, every event.

import { Button, SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { queries } from '../../api/queries';
import { download } from '../../parts/csv';
import { Empty, Skeleton } from '../../parts/Empty';
import { Failure } from '../../parts/Failure';
import { When } from '../../parts/When';
import type { TabProps } from './shared';
import { type Line, linesOf, sentence } from './story';

const Bars = lazy(() => import('./Bars').then((it) => ({ default: it.Bars })));

const DENSITIES = ['compact', 'bars', 'full'] as const;
type Density = (typeof DENSITIES)[number];

export function Timeline({ instance, model, element }: TabProps) {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const history = useQuery(queries.history(instance.processInstanceKey));
  const density = (search.density as Density | undefined) ?? 'compact';
  const setDensity = (next: string) =>
    void navigate({
      to: '.',
      replace: true,
      search: { ...search, density: next === 'compact' ? undefined : next },
    });

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.key !== 't' || event.ctrlKey || target.matches('input, textarea')) return;
      setDensity(DENSITIES[(DENSITIES.indexOf(density) + 1) % DENSITIES.length] ?? 'compact');
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });

  if (history.error && !history.data) return <Failure error={history.error} doing="read the history" />;
  const commits = history.data?.commits ?? [];
  const save = () =>
    download(
      `history-${instance.processInstanceKey}.json`,
      JSON.stringify(commits, null, 2),
      'application/json',
    );
  return (
    <div className="stack">
      <div className="list-bar">
        <SegmentedControl
          size="xs"
          aria-label="Density of the timeline"
          value={density}
          onChange={setDensity}
          data={[
            { value: 'compact', label: 'What matters' },
            { value: 'bars', label: 'Bars' },
            { value: 'full', label: 'Every event' },
          ]}
        />
        <kbd title="Next density">t</kbd>
        <span className="fill" />
        <Button size="compact-xs" variant="subtle" onClick={save} disabled={commits.length === 0}>
          Save JSON
        </Button>
      </div>
      {!history.data && <Skeleton />}
      {history.data && !history.data.isComplete && (
        <p className="note">
          The first {commits.length} commits are shown. `segue export` writes the whole history.
        </p>
      )}
      {density === 'bars' ? (
        <Suspense fallback={<Skeleton />}>
          <Bars instance={instance} model={model} element={element} />
        </Suspense>
      ) : (
        <Lines
          lines={linesOf(commits, density === 'full' ? 'all' : 'key', element)}
          model={model}
          isFull={density === 'full'}
        />
      )}
    </div>
  );
}

const LINE_PX = 30;

function Lines({
  lines,
  model,
  isFull,
}: {
  lines: Line[];
  model: TabProps['model'];
  isFull: boolean;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<string>();
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => frame.current,
    estimateSize: () => LINE_PX,
    overscan: 20,
    getItemKey: (index) => lines[index]?.id ?? index,
  });
  if (lines.length === 0) {
    return (
      <Empty title="Nothing to tell yet">
        {isFull ? 'The history was deleted by retention, or nothing is selected by this filter.' : '“Every event” shows the small steps.'}
      </Empty>
    );
  }
  return (
    <div className="timeline" ref={frame} tabIndex={0} role="region" aria-label="Timeline">
      <ol style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((item) => {
          const line = lines[item.index];
          if (!line) return null;
          const { commit, event, id } = line;
          const isOpen = open === id;
          return (
            <li
              key={id}
              ref={rows.measureElement}
              data-index={item.index}
              style={{ transform: `translateY(${item.start}px)` }}
              className={`line kind-${kindOf(event.type)}`}
            >
              <button type="button" aria-expanded={isOpen} onClick={() => setOpen(isOpen ? undefined : id)}>
                <span className="line-time">
                  <When at={commit.time} />
                </span>
                <span className="line-mark" aria-hidden="true" />
                <span className="line-text">{sentence(event, model)}</span>
                <span className="line-actor">
                  {commit.actor}
                  {commit.actingFor ? ` for ${commit.actingFor}` : ''}
                </span>
              </button>
              {isOpen && <pre>{JSON.stringify({ ...event, command: commit.command, position: commit.position }, null, 2)}</pre>}
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function kindOf(type: string): string {
  if (type.startsWith('INCIDENT_RAISED') || type === 'JOB_FAILED') return 'danger';
  if (/COMPLETED|RESOLVED/.test(type)) return 'ok';
  if (/CANCEL|INTERRUPTED/.test(type)) return 'neutral';
  return /ERROR|TIMER_FIRED/.test(type) ? 'warning' : 'info';
}
