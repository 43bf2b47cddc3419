// What the places Signals and Cases read beside searches. Not here: searches (`api/search.ts`).

import { queryOptions } from '@tanstack/react-query';
import { client, data } from '../api/client';
import { everyPoll } from '../api/queries';
import { everything } from '../api/search';
import type { Alert, Case, CaseType, Commit, DetectionRule, Signal } from '../api/types';

const live = { live: true };
/** A deployed version never changes. */
const forEver = { staleTime: Number.POSITIVE_INFINITY };
const DEFINITIONS_FRESH_MS = 5_000;

async function text(asked: Promise<{ data?: unknown }>): Promise<string> {
  return (await asked).data as string;
}

export const workQueries = {
  alert: (alertKey: string) =>
    queryOptions({
      queryKey: ['alert', alertKey],
      queryFn: async () =>
        (await data(client.GET('/api/v1/alerts/{alertKey}', { params: { path: { alertKey } } }))) as Alert,
      meta: live,
      refetchInterval: everyPoll('/api/v1/alerts/'),
    }),
  signal: (signalKey: string) =>
    queryOptions({
      queryKey: ['signal', signalKey],
      queryFn: async () =>
        (await data(
          client.GET('/api/v1/signals/{signalKey}', { params: { path: { signalKey } } }),
        )) as unknown as Signal,
    }),
  case: (caseKey: string) =>
    queryOptions({
      queryKey: ['case', caseKey],
      queryFn: async () =>
        (await data(client.GET('/api/v1/cases/{caseKey}', { params: { path: { caseKey } } }))) as Case,
      meta: live,
      refetchInterval: everyPoll('/api/v1/cases/'),
    }),
  caseHistory: (caseKey: string) =>
    queryOptions({
      queryKey: ['case-history', caseKey],
      queryFn: async () => {
        const page = await data(
          client.GET('/api/v1/cases/{caseKey}/history', { params: { path: { caseKey }, query: {} } }),
        );
        return { commits: page.items as unknown as Commit[], isComplete: page.nextAfter === null };
      },
      meta: live,
      refetchInterval: everyPoll('/api/v1/cases/'),
    }),
  rules: () =>
    queryOptions({
      queryKey: ['detection-rules'],
      queryFn: (): Promise<DetectionRule[]> => everything('/api/v1/detection-rules/search'),
      staleTime: DEFINITIONS_FRESH_MS,
    }),
  rule: (detectionRuleKey: string) =>
    queryOptions({
      queryKey: ['detection-rule', detectionRuleKey],
      queryFn: async () =>
        (await data(
          client.GET('/api/v1/detection-rules/{detectionRuleKey}', {
            params: { path: { detectionRuleKey } },
          }),
        )) as DetectionRule,
      ...forEver,
    }),
  ruleSource: (detectionRuleKey: string) =>
    queryOptions({
      queryKey: ['detection-rule-source', detectionRuleKey],
      queryFn: () =>
        text(
          client.GET('/api/v1/detection-rules/{detectionRuleKey}/source', {
            params: { path: { detectionRuleKey } },
            parseAs: 'text',
          }),
        ),
      ...forEver,
    }),
  caseTypes: () =>
    queryOptions({
      queryKey: ['case-types'],
      queryFn: (): Promise<CaseType[]> => everything('/api/v1/case-types/search'),
      staleTime: DEFINITIONS_FRESH_MS,
    }),
  caseType: (caseTypeKey: string) =>
    queryOptions({
      queryKey: ['case-type', caseTypeKey],
      queryFn: async () =>
        (await data(
          client.GET('/api/v1/case-types/{caseTypeKey}', { params: { path: { caseTypeKey } } }),
        )) as CaseType,
      ...forEver,
    }),
  caseTypeSource: (caseTypeKey: string) =>
    queryOptions({
      queryKey: ['case-type-source', caseTypeKey],
      queryFn: () =>
        text(
          client.GET('/api/v1/case-types/{caseTypeKey}/source', {
            params: { path: { caseTypeKey } },
            parseAs: 'text',
          }),
        ),
      ...forEver,
    }),
};

/** The newest version of each id, by name. */
export function latestOf<T extends { name: string; version: number }>(
  all: T[],
  idOf: (it: T) => string,
): (T & { versions: number })[] {
  const rows = new Map<string, T & { versions: number }>();
  for (const it of all) {
    const known = rows.get(idOf(it));
    const newest = known && known.version > it.version ? known : it;
    rows.set(idOf(it), { ...newest, versions: (known?.versions ?? 0) + 1 });
  }
  return [...rows.values()].sort((a, b) => a.name.localeCompare(b.name));
}
