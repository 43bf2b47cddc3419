// What the screens read and how long it stays fresh. Not here: searches of lists (`search.ts`).
//
// A query marked `live` is asked again when the event stream says that something happened.

import { QueryClient, queryOptions } from '@tanstack/react-query';
import { client, data } from './client';
import { isFrozenNow } from './live';
import { Problem } from './problem';
import { everything, type FoundBy, type Search, type SearchPath, search } from './search';
import type {
  Commit,
  DecisionDefinition,
  DecisionInstance,
  Definition,
  Evaluation,
  Instance,
  Task,
} from './types';

const RETRIES_MAX = 8;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      // A server that restarts is waited for; a refusal is not asked twice.
      retry: (count, error) => error instanceof Problem && error.isOffline && count < RETRIES_MAX,
      retryDelay: (count) => Math.min(500 * 2 ** count, 5_000),
    },
  },
});

const live = { live: true };

/** The event stream tells of processes; signals and cases are asked for again. */
const POLL_MS = 2_500;
const POLLED = /^\/api\/v1\/(alerts|cases|evidence|signals)\//;

/** When to ask again what the stream does not tell of; not while the page is frozen. */
export const everyPoll = (path: string) => () => POLLED.test(path) && !isFrozenNow() && POLL_MS;

export function found<P extends SearchPath>(path: P, asked: Search) {
  return queryOptions({
    queryKey: ['search', path, asked] as const,
    queryFn: () => search<P>(path, asked),
    meta: live,
    refetchInterval: everyPoll(path),
    placeholderData: (previous) => previous as Awaited<ReturnType<typeof search<P>>> | undefined,
  });
}

/** How many a search finds. */
export function counted<P extends SearchPath>(path: P, filter: Search['filter']) {
  return queryOptions({
    queryKey: ['count', path, filter] as const,
    queryFn: async () => (await search(path, { filter, page: { limit: 1 } })).page,
    meta: live,
    refetchInterval: everyPoll(path),
  });
}

export type Row<P extends SearchPath> = FoundBy<P>;

export const queries = {
  definitions: () =>
    queryOptions({
      queryKey: ['definitions'],
      queryFn: (): Promise<Definition[]> => everything('/v2/process-definitions/search'),
      staleTime: 15_000,
    }),
  processCounts: () =>
    queryOptions({
      queryKey: ['process-counts'],
      queryFn: () =>
        data(
          client.POST('/v2/process-definitions/statistics/process-instances', {
            body: { page: { limit: 1000 } },
          }),
        ),
      meta: live,
    }),
  versionCounts: (processDefinitionId: string) =>
    queryOptions({
      queryKey: ['version-counts', processDefinitionId],
      queryFn: () =>
        data(
          client.POST('/v2/process-definitions/statistics/process-instances-by-version', {
            body: { filter: { processDefinitionId }, page: { limit: 1000 } },
          }),
        ),
      meta: live,
    }),
  definitionXml: (processDefinitionKey: string) =>
    queryOptions({
      queryKey: ['xml', processDefinitionKey],
      queryFn: async () => {
        const answer = await client.GET('/v2/process-definitions/{processDefinitionKey}/xml', {
          params: { path: { processDefinitionKey } },
          parseAs: 'text',
        });
        return answer.data as string;
      },
      staleTime: Number.POSITIVE_INFINITY,
    }),
  decisions: () =>
    queryOptions({
      queryKey: ['decisions'],
      queryFn: (): Promise<DecisionDefinition[]> => everything('/v2/decision-definitions/search'),
      staleTime: 15_000,
    }),
  decisionXml: (decisionDefinitionKey: string) =>
    queryOptions({
      queryKey: ['decision-xml', decisionDefinitionKey],
      queryFn: async () => {
        const answer = await client.GET('/v2/decision-definitions/{decisionDefinitionKey}/xml', {
          params: { path: { decisionDefinitionKey } },
          parseAs: 'text',
        });
        return answer.data as string;
      },
      staleTime: Number.POSITIVE_INFINITY,
    }),
  /** With its inputs and the rules that matched. */
  decisionInstance: (decisionEvaluationInstanceKey: string) =>
    queryOptions({
      queryKey: ['decision-instance', decisionEvaluationInstanceKey],
      queryFn: async () =>
        (await data(
          client.GET('/v2/decision-instances/{decisionEvaluationInstanceKey}', {
            params: { path: { decisionEvaluationInstanceKey } },
          }),
        )) as DecisionInstance,
      staleTime: Number.POSITIVE_INFINITY,
    }),
  evaluation: (decisionEvaluationKey: string) =>
    queryOptions({
      queryKey: ['evaluation', decisionEvaluationKey],
      queryFn: async () =>
        (await data(
          client.GET('/api/v1/decision-evaluations/{decisionEvaluationKey}', {
            params: { path: { decisionEvaluationKey } },
          }),
        )) as Evaluation,
      staleTime: Number.POSITIVE_INFINITY,
    }),
  definitionElements: (processDefinitionKey: string) =>
    queryOptions({
      queryKey: ['definition-elements', processDefinitionKey],
      queryFn: () =>
        data(
          client.POST(
            '/v2/process-definitions/{processDefinitionKey}/statistics/element-instances',
            { params: { path: { processDefinitionKey } }, body: {} },
          ),
        ),
      meta: live,
    }),
  instance: (processInstanceKey: string) =>
    queryOptions({
      queryKey: ['instance', processInstanceKey],
      queryFn: async () =>
        (await data(
          client.GET('/v2/process-instances/{processInstanceKey}', {
            params: { path: { processInstanceKey } },
          }),
        )) as Instance,
      meta: live,
    }),
  instanceElements: (processInstanceKey: string) =>
    queryOptions({
      queryKey: ['instance-elements', processInstanceKey],
      queryFn: () =>
        data(
          client.GET('/v2/process-instances/{processInstanceKey}/statistics/element-instances', {
            params: { path: { processInstanceKey } },
          }),
        ),
      meta: live,
    }),
  instanceFlows: (processInstanceKey: string) =>
    queryOptions({
      queryKey: ['instance-flows', processInstanceKey],
      queryFn: () =>
        data(
          client.GET('/v2/process-instances/{processInstanceKey}/sequence-flows', {
            params: { path: { processInstanceKey } },
          }),
        ),
      meta: live,
    }),
  callHierarchy: (processInstanceKey: string) =>
    queryOptions({
      queryKey: ['call-hierarchy', processInstanceKey],
      queryFn: async () =>
        (await data(
          client.GET('/v2/process-instances/{processInstanceKey}/call-hierarchy', {
            params: { path: { processInstanceKey } },
          }),
        )) as { processInstanceKey: string; processDefinitionName: string }[],
    }),
  history: (processInstanceKey: string) =>
    queryOptions({
      queryKey: ['history', processInstanceKey],
      queryFn: () => wholeHistory(processInstanceKey),
      meta: live,
    }),
  task: (userTaskKey: string) =>
    queryOptions({
      queryKey: ['task', userTaskKey],
      queryFn: async () =>
        (await data(
          client.GET('/v2/user-tasks/{userTaskKey}', { params: { path: { userTaskKey } } }),
        )) as Task,
      meta: live,
    }),
  taskForm: (userTaskKey: string) =>
    queryOptions({
      queryKey: ['task-form', userTaskKey],
      queryFn: async () => {
        const answer = await client.GET('/v2/user-tasks/{userTaskKey}/form', {
          params: { path: { userTaskKey } },
        });
        return (answer.data ?? null) as { schema: unknown } | null;
      },
      staleTime: Number.POSITIVE_INFINITY,
    }),
  me: () =>
    queryOptions({
      queryKey: ['me'],
      queryFn: () => data(client.GET('/v2/authentication/me')),
      staleTime: 60_000,
    }),
  /** A server without sessions asks nobody who they are. */
  session: () =>
    queryOptions({
      queryKey: ['session'],
      queryFn: async () => {
        const answer = await fetch('/api/v1/session');
        return (answer.ok ? await answer.json() : { authentication: false }) as { authentication: boolean };
      },
      staleTime: 60_000,
    }),
  retention: () =>
    queryOptions({
      queryKey: ['retention'],
      queryFn: () => data(client.GET('/api/v1/retention')),
    }),
  backups: () =>
    queryOptions({
      queryKey: ['backups'],
      queryFn: () => data(client.GET('/api/v1/backups')),
    }),
  topology: () =>
    queryOptions({ queryKey: ['topology'], queryFn: () => data(client.GET('/v2/topology')) }),
  jobTypes: (from: string, to: string) =>
    queryOptions({
      queryKey: ['job-types', from.slice(0, 13)],
      queryFn: () =>
        data(client.POST('/v2/jobs/statistics/by-types', { body: { filter: { from, to } } })),
      meta: live,
    }),
};

/** Commits shown of one instance; a longer history says so and is exported instead. */
export const HISTORY_COMMITS_MAX = 5_000;

/** History grows at its end only, so what was read is kept and the rest is added. */
async function wholeHistory(key: string): Promise<{ commits: Commit[]; isComplete: boolean }> {
  const known = queryClient.getQueryData<{ commits: Commit[] }>(['history', key])?.commits ?? [];
  const commits = [...known];
  let after: number | null = commits.at(-1)?.position ?? 0;
  while (after !== null && commits.length < HISTORY_COMMITS_MAX) {
    const page: { items: unknown[]; nextAfter?: number | null } = await data(
      client.GET('/api/v1/process-instances/{processInstanceKey}/history', {
        params: { path: { processInstanceKey: key }, query: { after } },
      }),
    );
    commits.push(...(page.items as Commit[]));
    after = page.nextAfter ?? null;
  }
  return { commits, isComplete: after === null };
}
