// What a change would do, in words: from the counts of the server's preview.

type Words = (count: number) => string;

const many =
  (one: string, more: string): Words =>
  (count) =>
    count === 1 ? `1 ${one}` : `${count} ${more}`;

/** In the order in which a reader wants them; kinds that are details of these are left out. */
const WORDS: [string, Words][] = [
  ['INSTANCE_CANCELLED', () => 'The whole instance ends'],
  ['INSTANCE_MIGRATED', () => 'It runs the other version from here on'],
  ['ELEMENT_CANCELLED', many('element is cancelled', 'elements are cancelled')],
  ['ELEMENT_ENTERED', many('element is entered', 'elements are entered')],
  ['USER_TASK_CANCELLED', many('task of a person is closed', 'tasks of people are closed')],
  ['USER_TASK_CREATED', many('task for a person is opened', 'tasks for people are opened')],
  ['JOB_CANCELLED', many('job is taken from the workers', 'jobs are taken from the workers')],
  ['JOB_CREATED', many('job waits for a worker', 'jobs wait for a worker')],
  ['TIMER_CANCELLED', many('timer stops', 'timers stop')],
  ['TIMER_STARTED', many('timer starts', 'timers start')],
  ['SUBSCRIPTION_CLOSED', many('message is no longer waited for', 'messages are no longer waited for')],
  ['SUBSCRIPTION_OPENED', many('message is waited for', 'messages are waited for')],
  ['CHILD_CALLED', many('process is called', 'processes are called')],
  ['DECISION_EVALUATED', many('decision is evaluated', 'decisions are evaluated')],
  ['INCIDENT_RESOLVED', many('incident ends', 'incidents end')],
  ['INCIDENT_RAISED', many('new incident', 'new incidents')],
  ['VARIABLES_SET', many('set of variables is written', 'sets of variables are written')],
  ['INSTANCE_COMPLETED', () => 'The instance completes'],
];

export function consequencesOf(counts: Record<string, number>): string[] {
  return WORDS.flatMap(([kind, words]) => {
    const count = counts[kind] ?? 0;
    return count > 0 ? [words(count)] : [];
  });
}
