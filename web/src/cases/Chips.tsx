// Two chips that stand wherever a case is shown: its urgency and its clock, each with its reason.

import '../style/closure.css';
import { useEffect, useState } from 'react';
import type { Case } from '../api/types';
import { clockOf, urgencyInWords, urgencyTone } from './clock';

const TICK_MS = 10_000;

export function Urgency({ of }: { of: Pick<Case, 'priority' | 'reopenings' | 'urgency'> }) {
  return (
    <span className={`status tone-${urgencyTone(of.urgency)} urgency`} title={urgencyInWords(of)}>
      <span className="only-read">Urgency </span>
      {of.urgency}
    </span>
  );
}

export function Sla({ of }: { of: Case }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const clock = clockOf(of, now);
  if (!clock) return <span className="quiet">–</span>;
  return (
    <span className={`status tone-${clock.tone}`} title={`Goal ${of.goalTime}, deadline ${of.deadlineTime}`}>
      <span aria-hidden="true" className="status-icon">
        {clock.icon}
      </span>
      {clock.word}
      {clock.left && <span className="sla-left">{clock.left}</span>}
    </span>
  );
}
