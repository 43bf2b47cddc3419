// Events of a case in words. Not here: how they are laid out (`CaseTimeline.tsx`).

import type { HistoryEvent } from '../api/types';
import { inWords } from '../parts/Status';

const text = (value: unknown) => (value === undefined || value === null ? '' : String(value));
const why = (value: unknown) => (value ? `: ${text(value)}` : '');

/** Names of checks and stages, as their case type says them. */
export type Names = (id: unknown) => string;

const MILESTONES: Record<string, string> = {
  AT_RISK: 'The goal is at risk',
  GOAL: 'The goal is missed',
  DEADLINE: 'The deadline is missed',
  PASSED: 'Still open long after the deadline',
};
const VERDICTS: Record<string, string> = {
  VERIFIED: 'Closed: the outcome is verified',
  WAIVED: 'Closed without the checks',
  FAILED: 'Closed as failed: it was opened again too often',
};

const SENTENCES: Record<string, (event: HistoryEvent, name: Names) => string> = {
  CASE_OPENED: (it) => `Case opened${it.alertKey ? ' by an alert' : ''}`,
  STAGE_ENTERED: (it, name) => `Stage ${name(it.stage)}`,
  CASE_ASSIGNED: (it) => (it.driver ? `${text(it.driver)} takes care of it` : 'Nobody takes care of it any more'),
  PROCESS_STARTED: () => 'Its process started',
  PROCESS_NOT_STARTED: (it) => `Process ${text(it.processDefinitionId)} did not start${why(it.reason)}`,
  PROCESS_ENDED: (it) => (it.isCompleted ? 'Its process completed' : 'Its process was cancelled'),
  CASE_RESOLVED: (it) => `Resolved${why(it.comment)}`,
  CHECK_PLANNED: (it, name) => `Check ${name(it.check)} will begin`,
  CHECK_STARTED: (it, name) => `Check ${name(it.check)} began`,
  CHECK_PASSED: (it, name) => `Check ${name(it.check)} passed`,
  CHECK_FAILED: (it, name) => `Check ${name(it.check)} failed${why(it.reason)}`,
  EVIDENCE_KEPT: (it) => `Evidence kept, ${inWords(text(it.kind)).toLowerCase()}${why(it.text)}`,
  CASE_REOPENED: (it) => `Opened again${why(it.reason)}`,
  CASE_CLOSED: (it) => VERDICTS[text(it.verdict)] ?? 'Closed',
  CASE_CANCELLED: (it) => `Cancelled${why(it.reason)}`,
  RECURRENCE_NOTED: (it) =>
    it.isAfterClosing ? 'Its alert came again after the closing: it was not durable' : 'Its alert came again',
  MILESTONE_REACHED: (it) => MILESTONES[text(it.milestone)] ?? inWords(text(it.milestone)),
  URGENCY_CHANGED: (it) => `Urgency ${text(it.urgency)}`,
  WATCH_ENDED: () => 'A recurrence does not count against it any more',
};

export function sentence(event: HistoryEvent, name: Names): string {
  return SENTENCES[event.type]?.(event, name) ?? inWords(event.type);
}

/** What only whoever looks closely wants to see. */
export const isDetail = (event: HistoryEvent) => event.type === 'URGENCY_CHANGED' || event.type === 'CHECK_PLANNED';

export function kindOf({ type, verdict, isAfterClosing }: HistoryEvent): string {
  if (type === 'CHECK_FAILED' || type === 'PROCESS_NOT_STARTED' || verdict === 'FAILED') return 'danger';
  if (type === 'MILESTONE_REACHED' || type === 'CASE_REOPENED' || isAfterClosing) return 'warning';
  if (type === 'CHECK_PASSED' || type === 'CASE_RESOLVED' || verdict === 'VERIFIED') return 'ok';
  return type === 'CASE_CANCELLED' || type === 'URGENCY_CHANGED' ? 'neutral' : 'info';
}
