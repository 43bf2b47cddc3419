// The server's objects as the screens use them. Not here: their shapes; those are generated.

import type { components } from './schema';

type Schemas = components['schemas'];

/** Fields the description calls nullable because other servers leave them out; ours does not. */
type Present<T, K extends keyof T> = Omit<T, K> & { [P in K]: NonNullable<T[P]> };

export type Instance = Present<
  Schemas['ProcessInstance'],
  'processInstanceKey' | 'processDefinitionKey' | 'processDefinitionId' | 'startDate'
>;
export type Incident = Present<
  Schemas['Incident'],
  'incidentKey' | 'processInstanceKey' | 'processDefinitionKey' | 'processDefinitionId'
  | 'elementInstanceKey' | 'creationTime'
>;
export type Definition = Present<
  Schemas['ProcessDefinition'],
  'processDefinitionKey' | 'processDefinitionId'
>;
export type Task = Present<
  Schemas['UserTask'],
  'userTaskKey' | 'processInstanceKey' | 'processDefinitionKey' | 'processDefinitionId'
  | 'creationDate'
>;
export type Job = Present<Schemas['Job'], 'jobKey' | 'processInstanceKey'>;
export type Variable = Present<Schemas['Variable'], 'variableKey' | 'scopeKey'>;
export type ElementInstance = Present<
  Schemas['ElementInstance'],
  'elementInstanceKey' | 'processInstanceKey' | 'startDate'
>;
export type Subscription = Present<Schemas['MessageSubscription'], 'messageSubscriptionKey'>;
export type Message = Schemas['Message'];
export type AuditLog = Present<Schemas['AuditLog'], 'auditLogKey'>;
export type ElementCounts = Schemas['ElementStatistics'];
export type ModelProblem = Schemas['ModelProblem'];
export type Checked = Schemas['Checked'];

export type DecisionDefinition = Present<Schemas['DecisionDefinition'], 'decisionDefinitionKey' | 'decisionRequirementsKey'>;
/** A decision as it was evaluated; `evaluatedInputs` and `matchedRules` only when got alone. */
export type DecisionInstance = Present<
  Schemas['DecisionInstance'],
  'decisionDefinitionKey' | 'decisionEvaluationInstanceKey' | 'decisionEvaluationKey' | 'evaluationDate'
> & {
  evaluatedInputs?: Schemas['EvaluatedInputResult'][];
  matchedRules?: Schemas['MatchedRuleResult'][];
};
export type MatchedRule = Schemas['MatchedRuleResult'];
export type Evaluation = Schemas['StoredEvaluation'];
export type EvaluationResult = Schemas['DecisionEvaluationResult'];
export type WhatIfResult = Schemas['WhatIfResult'];
export type Modification = Schemas['ProcessInstanceModification'];
export type Migration = Schemas['ProcessInstanceMigration'];
export type ChangePreview = Schemas['ChangePreview'];
export type TaskChanges = Schemas['UserTaskChanges'];

/** Which rule or outcome check looked at a received event, about what, and why it could not. */
export interface Look {
  /** Of the version of the rule or case type. */
  definitionKey: string;
  id: string;
  subject: string;
  failure: string | null;
}
export type Signal = Present<Schemas['Signal'], 'receivedTime' | 'signalKey'> & { data: unknown; rules: Look[] };
export type Alert = Present<Schemas['Alert'], 'alertKey' | 'detectionRuleKey' | 'firstSeenTime' | 'lastSeenTime'>;
/** A case; `milestone` is the one reached last, or null. */
export type Case = Omit<Present<Schemas['Case'], 'caseKey' | 'caseTypeKey' | 'openedTime'>, 'milestone'> & {
  milestone: Schemas['Case']['milestone'] | null;
};
export type Evidence = Present<Schemas['Evidence'], 'evidenceKey' | 'keptTime'>;
export type DetectionRule = Present<Schemas['DetectionRule'], 'detectionRuleKey' | 'deploymentTime'>;
export type CaseType = Present<Schemas['CaseType'], 'caseTypeKey' | 'deploymentTime'>;

/** What one command did to one instance. */
export interface Commit {
  position: number;
  time: string;
  actor: string;
  actingFor: string | null;
  command: string;
  events: HistoryEvent[];
}

/** One domain event as the history tells it. */
export interface HistoryEvent {
  type: string;
  elementInstanceKey?: string;
  elementId?: string;
  elementType?: string;
  [more: string]: unknown;
}

/** A page of a search. */
export interface Found<T> {
  items: T[];
  page: {
    totalItems: number;
    hasMoreTotalItems: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}
