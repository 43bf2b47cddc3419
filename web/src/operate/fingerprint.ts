// Puts incidents with one cause together: same process, element and kind, and the same message
// once what differs from instance to instance is left out.

import type { Incident } from '../api/types';

export interface Group {
  fingerprint: string;
  /** Of one of its incidents, as it was raised. */
  message: string;
  errorType: string;
  elementId: string;
  processDefinitionId: string;
  incidents: Incident[];
  first: string;
  last: string;
}

/** Keys, uuids, times, numbers and quoted values change from instance to instance. */
const CHANGING: [RegExp, string][] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '‹id›'],
  [/\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)?/g, '‹time›'],
  [/"[^"]*"/g, '‹text›'],
  [/\b[A-Z]+-[\w-]*\d[\w-]*/g, '‹id›'],
  [/\d+(\.\d+)?/g, '‹number›'],
];

export function shapeOf(message: string): string {
  return CHANGING.reduce((text, [pattern, stand]) => text.replace(pattern, stand), message);
}

export function groupIncidents(incidents: Incident[]): Group[] {
  const groups = new Map<string, Group>();
  for (const it of incidents) {
    const parts = [it.processDefinitionId, it.elementId, it.errorType, shapeOf(it.errorMessage)];
    const fingerprint = parts.join(' · ');
    const group = groups.get(fingerprint);
    if (!group) {
      groups.set(fingerprint, {
        fingerprint,
        message: it.errorMessage,
        errorType: it.errorType,
        elementId: it.elementId,
        processDefinitionId: it.processDefinitionId,
        incidents: [it],
        first: it.creationTime,
        last: it.creationTime,
      });
      continue;
    }
    group.incidents.push(it);
    if (it.creationTime < group.first) group.first = it.creationTime;
    if (it.creationTime > group.last) group.last = it.creationTime;
  }
  return [...groups.values()].sort(
    (a, b) => b.incidents.length - a.incidents.length || b.last.localeCompare(a.last),
  );
}
