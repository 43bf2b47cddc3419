// Commands on signals, alerts, cases and their definitions, as values. Not here: sending them.

import type { Call } from '../api/curl';

const post = (path: string, body: unknown): Call => ({ method: 'POST', path, body });
const ofCase = (key: string, what: string, body: unknown) => post(`/api/v1/cases/${key}/${what}`, body);

/** A CloudEvent as a person writes it. */
export interface SignalToSend {
  id: string;
  source: string;
  type: string;
  subject?: string;
  data: unknown;
}

export const workCommands = {
  acknowledgeAlert: (key: string): Call => ({
    method: 'POST',
    path: `/api/v1/alerts/${key}/acknowledgement`,
  }),
  addEvidence: (key: string, text: string) => ofCase(key, 'evidence', { text }),
  assignCase: (key: string, driver: string | null) => ofCase(key, 'assignment', { driver }),
  attestCase: (key: string, check: string, isSolved: boolean, comment: string) =>
    ofCase(key, 'attestation', { check, isSolved, ...(comment ? { comment } : {}) }),
  cancelCase: (key: string, reason: string) => ofCase(key, 'cancellation', { reason }),
  deployFile: (name: string, content: string): Call => {
    const body = new FormData();
    body.append('resources', new File([content], name, { type: 'application/yaml' }));
    return { method: 'POST', path: '/v2/deployments', body };
  },
  enterStage: (key: string, stage: string) => ofCase(key, 'stage', { stage }),
  openCase: (caseTypeId: string, title: string, subject: string) =>
    post('/api/v1/cases', { caseTypeId, title, ...(subject ? { subject } : {}) }),
  resolveCase: (key: string, comment: string) =>
    ofCase(key, 'resolution', comment ? { comment } : {}),
  sendSignal: (signal: SignalToSend) => post('/api/v1/signals', { specversion: '1.0', ...signal }),
  waiveCase: (key: string, reason: string) => ofCase(key, 'waiver', { reason }),
};
