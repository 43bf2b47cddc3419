import { describe, expect, it } from 'vitest';
import { clockOf, urgencyInWords } from './clock';

const HOUR = 3_600_000;
const opened = Date.parse('2026-03-01T08:00:00Z');
const at = (hours: number) => new Date(opened + hours * HOUR).toISOString();
const open = {
  state: 'OPEN' as const,
  goalTime: at(2),
  deadlineTime: at(4),
  resolvedTime: null,
  closedTime: null,
  milestone: null,
};

describe('the clock of a case', () => {
  it.each([
    [0.5, null, 'on time', '1 h 30 min to the goal'],
    [1.75, 'AT_RISK' as const, 'at risk', '15 min to the goal'],
    [2, 'GOAL' as const, 'goal missed', '2 h to the deadline'],
    [4, 'DEADLINE' as const, 'breached', '0 ms ago'],
    [6, 'PASSED' as const, 'breached', '2 h ago'],
  ])('after %d hours', (hours, milestone, word, left) => {
    expect(clockOf({ ...open, milestone }, opened + hours * HOUR)).toMatchObject({ word, left });
  });

  it.each([
    [2, 'met'],
    [3, 'goal missed'],
    [5, 'missed'],
  ])('stands when resolved after %d hours', (hours, word) => {
    const resolved = { ...open, state: 'VERIFYING' as const, resolvedTime: at(hours) };
    expect(clockOf(resolved, opened + 100 * HOUR)?.word).toBe(word);
  });

  it('is not there without goals, and stops with a cancelled case', () => {
    expect(clockOf({ ...open, goalTime: null }, opened)).toBeUndefined();
    expect(clockOf({ ...open, state: 'CANCELLED' }, opened)?.word).toBe('stopped');
  });
});

describe('the urgency', () => {
  it('adds up', () => {
    expect(urgencyInWords({ priority: 'P2', reopenings: 0, urgency: 38 })).toBe('10 base + 20 P2 + 8 clock = 38');
    expect(urgencyInWords({ priority: 'P4', reopenings: 5, urgency: 30 })).toBe('10 base + 20 opened again = 30');
  });
});
