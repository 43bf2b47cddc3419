// Searches: one function for every `/search` of the server. Not here: caching (`queries.ts`).

import { send } from './client';
import type {
  Alert,
  AuditLog,
  Case,
  CaseType,
  DecisionDefinition,
  DecisionInstance,
  Definition,
  DetectionRule,
  ElementInstance,
  Evidence,
  Found,
  Incident,
  Instance,
  Job,
  Message,
  Signal,
  Subscription,
  Task,
  Variable,
} from './types';

/** What can be searched, and where. */
interface Searches {
  '/api/v1/alerts/search': Alert;
  '/api/v1/case-types/search': CaseType;
  '/api/v1/cases/search': Case;
  '/api/v1/detection-rules/search': DetectionRule;
  '/api/v1/evidence/search': Evidence;
  '/api/v1/messages/search': Message;
  '/api/v1/signals/search': Signal;
  '/v2/audit-logs/search': AuditLog;
  '/v2/decision-definitions/search': DecisionDefinition;
  '/v2/decision-instances/search': DecisionInstance;
  '/v2/element-instances/search': ElementInstance;
  '/v2/incidents/search': Incident;
  '/v2/jobs/search': Job;
  '/v2/message-subscriptions/search': Subscription;
  '/v2/process-definitions/search': Definition;
  '/v2/process-instances/search': Instance;
  '/v2/user-tasks/search': Task;
  '/v2/variables/search': Variable;
}

export type SearchPath = keyof Searches;
export type FoundBy<P extends SearchPath> = Searches[P];

/** The body of a search. */
export interface Search {
  filter?: Record<string, unknown>;
  sort?: { field: string; order: 'ASC' | 'DESC' }[];
  page?: { limit?: number; after?: string; before?: string; from?: number };
}

export function search<P extends SearchPath>(path: P, asked: Search): Promise<Found<Searches[P]>> {
  return send({ method: 'POST', path, body: asked });
}

const EVERYTHING_PAGE = 1_000;

/** All there is, for what is few by nature: definitions. */
export async function everything<P extends SearchPath>(path: P): Promise<Searches[P][]> {
  const all: Searches[P][] = [];
  let after: string | undefined;
  do {
    const { items, page } = await search(path, { page: { limit: EVERYTHING_PAGE, after } });
    all.push(...items);
    after = items.length === EVERYTHING_PAGE ? (page.endCursor ?? undefined) : undefined;
  } while (after);
  return all;
}

/** Pages fetched for an export before it stops; the server's own export takes what is longer. */
const EXPORT_PAGES_MAX = 20;
const EXPORT_PAGE = 500;

/** Everything a search finds, page by page, up to the limit of an export in the browser. */
export async function searchAll<P extends SearchPath>(
  path: P,
  asked: Search,
): Promise<{ items: Searches[P][]; isComplete: boolean }> {
  const items: Searches[P][] = [];
  let after: string | undefined;
  for (let page = 0; page < EXPORT_PAGES_MAX; page += 1) {
    const found = await search(path, { ...asked, page: { limit: EXPORT_PAGE, after } });
    items.push(...found.items);
    if (found.items.length < EXPORT_PAGE || !found.page.endCursor) {
      return { items, isComplete: true };
    }
    after = found.page.endCursor;
  }
  return { items, isComplete: false };
}
