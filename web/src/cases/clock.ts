// Where the clock of a case stands, and why it is as urgent as it is, in words. Not here: the
// clock itself; the server keeps it, and its milestones are events.

import type { Case } from '../api/types';
import { duration } from '../parts/time';

export type Tone = 'neutral' | 'ok' | 'warning' | 'danger';

export interface Clock {
  tone: Tone;
  icon: string;
  word: string;
  /** How much time is left, or by how much it is over. */
  left: string;
}

type Timed = Pick<Case, 'closedTime' | 'deadlineTime' | 'goalTime' | 'milestone' | 'resolvedTime' | 'state'>;

/** `undefined` for a case without goals. */
export function clockOf(it: Timed, now: number): Clock | undefined {
  if (!it.goalTime || !it.deadlineTime) return undefined;
  const goal = Date.parse(it.goalTime);
  const deadline = Date.parse(it.deadlineTime);
  if (it.state === 'CANCELLED') return { tone: 'neutral', icon: '■', word: 'stopped', left: '' };
  if (it.state !== 'OPEN') {
    const end = Date.parse(it.resolvedTime ?? it.closedTime ?? it.goalTime);
    if (end <= goal) return { tone: 'ok', icon: '✓', word: 'met', left: '' };
    if (end <= deadline) return { tone: 'warning', icon: '!', word: 'goal missed', left: '' };
    return { tone: 'danger', icon: '▲', word: 'missed', left: `by ${duration(end - deadline)}` };
  }
  // The server's milestones count, also where this machine's clock is behind.
  const { milestone } = it;
  if (now >= deadline || milestone === 'DEADLINE' || milestone === 'PASSED') {
    return { tone: 'danger', icon: '▲', word: 'breached', left: `${duration(now - deadline)} ago` };
  }
  if (now >= goal || milestone === 'GOAL') {
    return { tone: 'warning', icon: '!', word: 'goal missed', left: `${duration(deadline - now)} to the deadline` };
  }
  const left = `${duration(goal - now)} to the goal`;
  return milestone === 'AT_RISK'
    ? { tone: 'warning', icon: '◔', word: 'at risk', left }
    : { tone: 'ok', icon: '○', word: 'on time', left };
}

const BASE = 10;
const BY_PRIORITY = { P1: 30, P2: 20, P3: 10, P4: 0 };
const BY_REOPENING = 10;
const REOPENINGS_COUNTED = 2;

/** "10 base + 20 P2 + 8 clock = 38". */
export function urgencyInWords(it: Pick<Case, 'priority' | 'reopenings' | 'urgency'>): string {
  const priority = BY_PRIORITY[it.priority];
  const reopened = BY_REOPENING * Math.min(it.reopenings, REOPENINGS_COUNTED);
  const clock = it.urgency - BASE - priority - reopened;
  const parts = [
    `${BASE} base`,
    priority > 0 && `${priority} ${it.priority}`,
    clock > 0 && `${clock} clock`,
    reopened > 0 && `${reopened} opened again`,
  ].filter(Boolean);
  return `${parts.join(' + ')} = ${it.urgency}`;
}

export function urgencyTone(urgency: number): Tone {
  if (urgency >= 60) return 'danger';
  return urgency >= 40 ? 'warning' : 'neutral';
}
