import { describe, expect, it } from 'vitest';
import type { Commit } from '../api/types';
import { type CheckDefinition, checksOf, spoken } from './checks';

const check = (id: string, kind = 'EVENT'): CheckDefinition => ({
  id, name: id, kind, types: [], attester: null, after: 'P0D', within: 'PT1H',
});
const happened = (...events: [string, object?][]): Commit[] =>
  events.map(([type, more], at) => ({
    position: at, time: `2026-03-01T08:00:0${at}Z`, actor: 'ada', actingFor: null, command: 'ASK_CASE',
    events: [{ type, ...more }],
  }));
const states = (commits: Commit[]) =>
  checksOf([check('arrived'), check('stays-cold', 'QUIET')], commits).map((it) => it.state);

describe('outcome checks', () => {
  it('wait until the case is resolved', () => {
    expect(states(happened(['CASE_OPENED']))).toEqual(['WAITING', 'WAITING']);
  });

  it('run, pass and fail as the history says', () => {
    const commits = happened(
      ['CASE_RESOLVED'],
      ['CHECK_STARTED', { check: 'arrived', dueTime: '2026-03-01T20:00:00Z' }],
      ['CHECK_PLANNED', { check: 'stays-cold', dueTime: '2026-03-01T08:10:00Z' }],
      ['CHECK_PASSED', { check: 'arrived' }],
    );
    expect(states(commits)).toEqual(['PASSED', 'PLANNED']);
  });

  it('keep what failed after a reopening, and ask all anew after the next resolution', () => {
    const failed = happened(
      ['CASE_RESOLVED'],
      ['CHECK_STARTED', { check: 'stays-cold' }],
      ['CHECK_FAILED', { check: 'arrived', reason: 'nothing came' }],
      ['CASE_REOPENED', { check: 'arrived' }],
    );
    expect(states(failed)).toEqual(['FAILED', 'WAITING']);
    expect(states([...failed, ...happened(['CASE_RESOLVED'])])).toEqual(['WAITING', 'WAITING']);
  });

  it('know nothing of a check their case type does not have', () => {
    expect(states(happened(['CHECK_PASSED', { check: 'other' }]))).toEqual(['WAITING', 'WAITING']);
  });
});

describe('an ISO 8601 duration', () => {
  it.each([
    ['PT43200S', '12 h'], ['PT600S', '10 min'], ['P7D', '7 d'], ['PT5400S', '1 h 30 min'], ['PT0.5S', '0.5 s'],
    ['P0D', '0 s'], ['whatever', 'whatever'],
  ])('%s is spoken %s', (iso, words) => expect(spoken(iso)).toBe(words));
});
