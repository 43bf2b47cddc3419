// Every command of the workspace as a value. Not here: sending (`client.ts`), confirming.

import type { Call } from './curl';
import type { Migration, Modification, TaskChanges } from './types';

const post = (path: string, body: unknown = {}): Call => ({ method: 'POST', path, body });

export const commands = {
  assignTask: (key: string, assignee: string) =>
    post(`/v2/user-tasks/${key}/assignment`, { assignee, allowOverride: true }),
  broadcastSignal: (signalName: string, variables: unknown) =>
    post('/v2/signals/broadcast', { signalName, variables }),
  cancelInstance: (key: string) => post(`/v2/process-instances/${key}/cancellation`),
  /** Of two who claim a task at once, one gets it. */
  claimTask: (key: string, assignee: string) =>
    post(`/v2/user-tasks/${key}/assignment`, { assignee, allowOverride: false, action: 'claim' }),
  completeTask: (key: string, variables: unknown) =>
    post(`/v2/user-tasks/${key}/completion`, { variables }),
  createInstance: (processDefinitionKey: string, variables: unknown, businessId?: string) =>
    post('/v2/process-instances', {
      processDefinitionKey,
      variables,
      ...(businessId ? { businessId } : {}),
    }),
  evaluateDecision: (decisionDefinitionKey: string, variables: unknown) =>
    post('/v2/decision-definitions/evaluation', { decisionDefinitionKey, variables }),
  migrateInstance: (key: string, migration: Migration) =>
    post(`/v2/process-instances/${key}/migration`, migration),
  modifyInstance: (key: string, modification: Modification) =>
    post(`/v2/process-instances/${key}/modification`, modification),
  publishMessage: (message: {
    name: string;
    correlationKey: string;
    timeToLive: number;
    variables: unknown;
  }) => post('/v2/messages/publication', message),
  releaseTask: (key: string): Call => ({ method: 'DELETE', path: `/v2/user-tasks/${key}/assignee` }),
  resolveIncident: (key: string) => post(`/v2/incidents/${key}/resolution`),
  setRetries: (jobKey: string, retries: number): Call => ({
    method: 'PATCH',
    path: `/v2/jobs/${jobKey}`,
    body: { changeset: { retries } },
  }),
  setVariables: (scopeKey: string, variables: unknown, local: boolean): Call => ({
    method: 'PUT',
    path: `/v2/element-instances/${scopeKey}/variables`,
    body: { variables, local },
  }),
  resumeInstance: (key: string) => post(`/v2/process-instances/${key}/resumption`),
  suspendInstance: (key: string) => post(`/v2/process-instances/${key}/suspension`),
  updateTask: (key: string, changeset: TaskChanges): Call => ({
    method: 'PATCH',
    path: `/v2/user-tasks/${key}`,
    body: { changeset },
  }),
  deploy: (files: { name: string; content: string }[]): Call => {
    const body = new FormData();
    for (const { name, content } of files) {
      body.append('resources', new File([content], name, { type: 'application/xml' }));
    }
    return { method: 'POST', path: '/v2/deployments', body };
  },
  setRetention: (processDefinitionId: string, timeToLive: string | null): Call => ({
    method: 'PUT',
    path: `/api/v1/retention/processes/${encodeURIComponent(processDefinitionId)}`,
    body: { timeToLive },
  }),
  resetRetention: (processDefinitionId: string): Call => ({
    method: 'DELETE',
    path: `/api/v1/retention/processes/${encodeURIComponent(processDefinitionId)}`,
  }),
  pausePurge: () => post('/api/v1/retention/pause', undefined),
  resumePurge: () => post('/api/v1/retention/resume', undefined),
  createBackup: (name: string) => post('/api/v1/backups', { name }),
};
