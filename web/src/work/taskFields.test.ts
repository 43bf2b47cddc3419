import { describe, expect, it } from 'vitest';
import { changesOf, filterOfView, type TaskFields, whoHas } from './taskFields';

const before: TaskFields = {
  priority: 50,
  dueDate: '2026-11-30T09:00',
  followUpDate: '',
  candidateUsers: ['max'],
  candidateGroups: ['sales'],
};

describe('changes of a task', () => {
  it('are only what differs', () => {
    expect(changesOf(before, { ...before })).toEqual({});
    expect(changesOf(before, { ...before, priority: 90 })).toEqual({ priority: 90 });
    expect(changesOf(before, { ...before, candidateUsers: [] })).toEqual({ candidateUsers: [] });
  });

  it('take a date away with the empty text, and give one with its zone', () => {
    expect(changesOf(before, { ...before, dueDate: '' })).toEqual({ dueDate: '' });
    const { followUpDate } = changesOf(before, { ...before, followUpDate: '2026-12-01T08:00' });
    expect(followUpDate).toBe(new Date('2026-12-01T08:00').toISOString());
  });
});

describe('whose a task is', () => {
  it.each([
    [null, 'nobody'],
    ['ada', 'me'],
    ['eva', 'other'],
  ])('of %s is %s for ada', (assignee, expected) => {
    expect(whoHas({ assignee }, 'ada')).toBe(expected);
  });
});

it('asks the server for the tasks nobody has', () => {
  expect(filterOfView('free', 'ada')).toEqual({ state: 'CREATED', assignee: { $exists: false } });
});
