// How each outcome check of a case stands, folded from the case's history. Not here: deciding
// that; the server did, these are its events.

import type { CaseType, Commit, HistoryEvent } from '../api/types';

type Definition = NonNullable<CaseType['definition']>;
export type CheckDefinition = Definition['outcome'][number];

export type CheckState = 'WAITING' | 'PLANNED' | 'RUNNING' | 'PASSED' | 'FAILED';

export interface CheckNow {
  check: CheckDefinition;
  state: CheckState;
  /** When it begins, or when it is over. */
  dueTime?: string;
  /** Why it failed. */
  reason?: string;
  /** When it passed or failed. */
  at?: string;
}

export function checksOf(checks: CheckDefinition[], commits: Commit[]): CheckNow[] {
  const now = new Map<string, CheckNow>(checks.map((check) => [check.id, { check, state: 'WAITING' }]));
  for (const commit of commits) {
    for (const event of commit.events) apply(now, event, commit.time);
  }
  return [...now.values()];
}

function apply(now: Map<string, CheckNow>, event: HistoryEvent, time: string): void {
  const set = (state: CheckState, more: Partial<CheckNow> = {}) => {
    const known = now.get(String(event.check));
    if (known) now.set(known.check.id, { check: known.check, state, ...more });
  };
  switch (event.type) {
    case 'CASE_RESOLVED':
      // All of them are asked anew.
      for (const [id, { check }] of now) now.set(id, { check, state: 'WAITING' });
      return;
    case 'CHECK_PLANNED':
      return set('PLANNED', { dueTime: String(event.dueTime) });
    case 'CHECK_STARTED':
      return set('RUNNING', { dueTime: String(event.dueTime) });
    case 'CHECK_PASSED':
      return set('PASSED', { at: time });
    case 'CHECK_FAILED':
      return set('FAILED', { at: time, reason: String(event.reason) });
    case 'CASE_REOPENED':
      for (const [id, it] of now) {
        if (it.state !== 'FAILED') now.set(id, { check: it.check, state: 'WAITING' });
      }
  }
}

/** "an event com.example.delivered within 12 h". */
export function checkInWords({ kind, types, attester, within }: CheckDefinition): string {
  if (kind === 'EVENT') return `An event ${types.join(' or ')} must come within ${spoken(within)}`;
  if (kind === 'QUIET') return `The alert must not come again for ${spoken(within)}`;
  const who = attester === 'OTHER' ? 'Somebody else than who resolved it' : 'Somebody';
  return `${who} must say so within ${spoken(within)}`;
}

/** `PT43200S` as "12 h". */
export function spoken(iso: string): string {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(iso);
  if (!match) return iso;
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = match.map((it) => (it === undefined ? undefined : Number(it))) as number[];
  const all = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
  const units: [number, string][] = [[86_400, 'd'], [3_600, 'h'], [60, 'min'], [1, 's']];
  const parts: string[] = [];
  let rest = all;
  for (const [size, unit] of units) {
    const count = unit === 's' ? Math.round(rest * 1_000) / 1_000 : Math.floor(rest / size);
    if (count > 0) parts.push(`${count} ${unit}`);
    rest -= count * size;
  }
  return parts.join(' ') || '0 s';
}
