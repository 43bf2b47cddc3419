// What happened to a case, newest first: what matters, or every event.

import { SegmentedControl } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Link } from '@tanstack/react-router';
import type { Commit, HistoryEvent } from '../api/types';
import { When } from '../parts/When';
import { isDetail, kindOf, type Names, sentence } from './story';

export function CaseTimeline(props: { commits: Commit[]; isComplete: boolean; name: Names }) {
  const { commits, isComplete, name } = props;
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const isFull = search.density === 'full';
  const lines = commits
    .flatMap((commit) => commit.events.map((event, at) => ({ id: `${commit.position}.${at}`, commit, event })))
    .filter(({ event }) => isFull || !isDetail(event))
    .reverse();
  return (
    <>
      <div className="list-bar">
        <SegmentedControl
          size="xs"
          aria-label="Density of the timeline"
          value={isFull ? 'full' : 'compact'}
          data={[
            { value: 'compact', label: 'What matters' },
            { value: 'full', label: 'Every event' },
          ]}
          onChange={(next) =>
            void navigate({ to: '.', replace: true, search: { ...search, density: next === 'full' ? 'full' : undefined } })
          }
        />
        <span>{lines.length} shown</span>
      </div>
      {!isComplete && <p className="note">The first {commits.length} commits are shown.</p>}
      <ol className="story">
        {lines.map(({ id, commit, event }) => (
          <li key={id} className={`kind-${kindOf(event)}`}>
            <span className="line-time">
              <When at={commit.time} />
            </span>
            <span className="line-mark" aria-hidden="true" />
            <span className="line-text">
              {sentence(event, name)} <Leads event={event} />
            </span>
            <span className="line-actor">{byWhom(commit, event)}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

/** Where an event leads: to the signal, the alert, the instance. */
function Leads({ event }: { event: HistoryEvent }) {
  if (event.processInstanceKey) {
    return (
      <Link to="/operate/instances/$instanceKey" params={{ instanceKey: String(event.processInstanceKey) }}>
        instance
      </Link>
    );
  }
  if (event.signalKey) {
    return (
      <Link to="/signals/received/$signalKey" params={{ signalKey: String(event.signalKey) }}>
        signal
      </Link>
    );
  }
  return null;
}

function byWhom(commit: Commit, event: HistoryEvent): string {
  const by = event.by ?? event.givenBy ?? commit.actor;
  return by ? String(by) : '';
}
