// Events of the history in words. Not here: how they are laid out (`Timeline.tsx`).

import type { Commit, HistoryEvent } from '../../api/types';
import type { ModelElement } from '../../parts/elements';
import { inWords } from '../../parts/Status';
import { nameOf } from './shared';

export type Weight = 'key' | 'more' | 'all';

/** What a reader of each density must see. */
const KEY = new Set([
  'INSTANCE_CREATED', 'INSTANCE_COMPLETED', 'INSTANCE_CANCELLED', 'INCIDENT_RAISED',
  'INCIDENT_RESOLVED', 'JOB_COMPLETED', 'JOB_FAILED', 'JOB_ERROR_THROWN', 'USER_TASK_CREATED',
  'USER_TASK_COMPLETED', 'USER_TASK_ASSIGNED', 'SUBSCRIPTION_CORRELATED', 'MESSAGE_SENT',
  'TIMER_FIRED', 'CHILD_CALLED', 'CHILD_ENDED', 'ERROR_ESCALATED', 'SCOPE_INTERRUPTED',
  'DECISION_EVALUATED', 'BPMN_SIGNAL_RECEIVED', 'BPMN_SIGNAL_THROWN', 'ESCALATION_THROWN',
  'CONDITION_MET', 'COMPENSATION_THROWN', 'INSTANCE_SUSPENDED', 'INSTANCE_RESUMED',
  'INSTANCE_MODIFIED', 'INSTANCE_MIGRATED',
]);
const DETAIL = new Set([
  'AGENDA_KEPT', 'AGENDA_TAKEN', 'BODY_BEGUN', 'BODY_STOPPED', 'ELEMENT_ACTIVATED',
  'ELEMENT_CANCELLING', 'OUTPUT_KEPT', 'PAYLOAD_RECEIVED', 'SCOPE_CLEARED', 'TOKENS_DROPPED',
  'TOKENS_JOINED', 'TOKEN_PARKED', 'SUBSCRIPTION_CLOSED', 'TIMER_CANCELLED', 'JOB_OFFERED',
  'JOB_CANCELLED', 'BPMN_SIGNAL_CLOSED', 'CONDITION_DROPPED', 'EVENT_KEPT', 'EVENTS_TAKEN',
  'COMPENSATION_KEPT', 'COMPENSATIONS_DROPPED', 'GATEWAY_RESET',
]);

export function weightOf(event: HistoryEvent): Weight {
  if (KEY.has(event.type)) return 'key';
  return DETAIL.has(event.type) ? 'all' : 'more';
}

const text = (value: unknown) => (value === undefined || value === null ? '' : String(value));

/** Sentences for kinds of events; the others are their name. */
const SENTENCES: Record<string, (event: HistoryEvent, at: string) => string> = {
  INSTANCE_CREATED: () => 'Instance started',
  INSTANCE_COMPLETED: () => 'Instance completed',
  INSTANCE_CANCELLED: () => 'Instance cancelled',
  ELEMENT_ENTERED: (_, at) => `${at} entered`,
  ELEMENT_ACTIVATED: (_, at) => `${at} waits`,
  ELEMENT_COMPLETED: (_, at) => `${at} completed`,
  ELEMENT_CANCELLED: (_, at) => `${at} cancelled`,
  INCIDENT_RAISED: (event, at) => `Incident at ${at}: ${text(event.message ?? event.errorMessage)}`,
  INCIDENT_RESOLVED: (_, at) => `Incident at ${at} resolved`,
  JOB_CREATED: (event, at) => `${at} asks for a worker of ${text(event.jobType)}`,
  JOB_OFFERED: (event) => `Job handed to ${text(event.worker)}`,
  JOB_COMPLETED: (event, at) => `${at} done by ${text(event.worker) || 'a worker'}`,
  JOB_FAILED: (event, at) =>
    `${at} failed, ${text(event.retries)} retries left: ${text(event.errorMessage ?? event.message)}`,
  JOB_ERROR_THROWN: (event, at) => `${at} threw error ${text(event.errorCode)}`,
  JOB_RETRIES_UPDATED: (event, at) => `Retries of ${at} set to ${text(event.retries)}`,
  USER_TASK_CREATED: (_, at) => `Task ${at} opened`,
  USER_TASK_COMPLETED: (_, at) => `Task ${at} completed`,
  USER_TASK_CANCELLED: (_, at) => `Task ${at} cancelled`,
  TIMER_STARTED: (event, at) => `Timer of ${at} set for ${text(event.due)}`,
  TIMER_FIRED: (_, at) => `Timer of ${at} fired`,
  SUBSCRIPTION_OPENED: (event) =>
    `Waits for message ${text(event.messageName)} with ${text(event.correlationKey)}`,
  SUBSCRIPTION_CORRELATED: (event) => `Message ${text(event.messageName)} arrived`,
  VARIABLES_SET: (event, at) =>
    `Set ${Object.keys((event.variables as object | undefined) ?? {}).join(', ')} in ${at}`,
  USER_TASK_ASSIGNED: (event, at) =>
    event.assignee ? `Task ${at} assigned to ${text(event.assignee)}` : `Task ${at} given back`,
  USER_TASK_UPDATED: (_, at) => `Task ${at} changed`,
  INSTANCE_SUSPENDED: () => 'Instance suspended',
  INSTANCE_RESUMED: () => 'Instance goes on',
  INSTANCE_MODIFIED: () => 'Instance modified by hand',
  INSTANCE_MIGRATED: () => 'Instance migrated to another version',
  DECISION_EVALUATED: (event, at) =>
    event.failureMessage ? `${at} could not decide: ${text(event.failureMessage)}` : `${at} decided ${JSON.stringify(event.output)}`,
  BPMN_SIGNAL_AWAITED: (event, at) => `${at} waits for signal ${text(event.signalName)}`,
  BPMN_SIGNAL_RECEIVED: (_, at) => `Signal arrived at ${at}`,
  BPMN_SIGNAL_THROWN: (event, at) => `${at} broadcast signal ${text(event.signalName)}`,
  CHILD_CALLED: (_, at) => `${at} called another process`,
  CHILD_ENDED: (_, at) => `The process called by ${at} ended`,
};

export function sentence(event: HistoryEvent, model: Map<string, ModelElement>): string {
  const at = nameOf(model, event.elementId) || 'the process';
  return SENTENCES[event.type]?.(event, at) ?? `${inWords(event.type)}${event.elementId ? ` at ${at}` : ''}`;
}

export interface Line {
  id: string;
  commit: Commit;
  event: HistoryEvent;
}

/** Events of the density, one line each. */
export function linesOf(commits: Commit[], density: Weight, element: string | undefined): Line[] {
  const shown: Weight[] = density === 'key' ? ['key'] : density === 'more' ? ['key', 'more'] : ['key', 'more', 'all'];
  return commits.flatMap((commit) =>
    commit.events
      .map((event, index) => ({ id: `${commit.position}.${index}`, commit, event }))
      .filter(({ event }) => shown.includes(weightOf(event)))
      .filter(({ event }) => !element || event.elementId === element),
  );
}
