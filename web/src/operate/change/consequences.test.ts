import { expect, it } from 'vitest';
import { consequencesOf } from './consequences';

it('tells what would happen in words, and leaves out details', () => {
  const counts = { TOKEN_PARKED: 2, JOB_CANCELLED: 1, ELEMENT_CANCELLED: 2, USER_TASK_CREATED: 1 };
  expect(consequencesOf(counts)).toEqual([
    '2 elements are cancelled',
    '1 task for a person is opened',
    '1 job is taken from the workers',
  ]);
});
