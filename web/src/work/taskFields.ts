// Fields of a task that people change, and the smallest request that changes them.

import type { Task, TaskChanges } from '../api/types';

export interface TaskFields {
  priority: number;
  /** Without a zone, as a field of the browser has it; empty: none. */
  dueDate: string;
  followUpDate: string;
  candidateUsers: string[];
  candidateGroups: string[];
}

/** What differs; nobody else's change of another field is overwritten. */
export function changesOf(before: TaskFields, after: TaskFields): TaskChanges {
  const changes: TaskChanges = {};
  if (after.priority !== before.priority) changes.priority = after.priority;
  for (const field of ['dueDate', 'followUpDate'] as const) {
    if (after[field] === before[field]) continue;
    changes[field] = after[field] === '' ? '' : new Date(after[field]).toISOString();
  }
  for (const field of ['candidateUsers', 'candidateGroups'] as const) {
    if (after[field].join('\n') !== before[field].join('\n')) changes[field] = after[field];
  }
  return changes;
}

/** Whose task it is, seen by the person at the screen. */
export function whoHas(task: Pick<Task, 'assignee'>, me: string | undefined): 'nobody' | 'me' | 'other' {
  if (!task.assignee) return 'nobody';
  return task.assignee === me ? 'me' : 'other';
}

export const VIEWS = ['open', 'mine', 'free', 'done'] as const;
export type View = (typeof VIEWS)[number];

/** The server's filter for a view of the task list. */
export function filterOfView(view: View, me: string | undefined): Record<string, unknown> {
  switch (view) {
    case 'open':
      return { state: 'CREATED' };
    case 'mine':
      return { state: 'CREATED', assignee: me ?? '' };
    case 'free':
      return { state: 'CREATED', assignee: { $exists: false } };
    case 'done':
      return { state: 'COMPLETED' };
  }
}
