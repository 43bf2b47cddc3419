// Repairs incidents one after another: variable, retries, resolve, in this order.
// Not here: asking the person what to do (`Repair.tsx`).

import { send } from '../api/client';
import type { Call } from '../api/curl';
import { commands } from '../api/commands';
import type { Incident } from '../api/types';

export interface Plan {
  /** New retries for incidents of jobs. */
  retries: number;
  /** Variables to set at the element first. */
  variables: Record<string, unknown> | undefined;
}

/** The commands that repair one incident. */
export function callsFor(incident: Incident, plan: Plan): Call[] {
  const calls: Call[] = [];
  if (plan.variables && Object.keys(plan.variables).length > 0) {
    calls.push(commands.setVariables(incident.elementInstanceKey, plan.variables, false));
  }
  if (incident.jobKey && incident.errorType === 'JOB_NO_RETRIES') {
    calls.push(commands.setRetries(incident.jobKey, plan.retries));
  }
  calls.push(commands.resolveIncident(incident.incidentKey));
  return calls;
}

export interface Progress {
  done: number;
  failed: { incident: Incident; error: unknown }[];
}

/** Repairs until all are done or the person stops it; what failed is told and left as it was. */
export async function repair(
  incidents: Incident[],
  plan: Plan,
  onProgress: (progress: Progress) => void,
  isStopped: () => boolean,
): Promise<Progress> {
  const progress: Progress = { done: 0, failed: [] };
  for (const incident of incidents) {
    if (isStopped()) break;
    try {
      for (const call of callsFor(incident, plan)) await send(call);
      progress.done += 1;
    } catch (error) {
      progress.failed.push({ incident, error });
    }
    onProgress({ ...progress });
  }
  return progress;
}
