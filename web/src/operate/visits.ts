// The newest visits to the elements of a version, and its incidents, as the figures of heat need
// them. Not here: what is computed from them (`heat.ts`).

import { queryOptions } from '@tanstack/react-query';
import { search } from '../api/search';
import type { ElementInstance, Incident } from '../api/types';
import { visitsOf } from './heat';

const PAGE = 1_000;
const PAGES_MAX = 3;
/** Figures of thousands of rows are not asked for at every event. */
const REFETCH_MS = 15_000;

export const PERIODS = [
  { value: 'hour', label: 'Last hour', ms: 3_600_000 },
  { value: 'day', label: 'Last 24 hours', ms: 86_400_000 },
  { value: 'week', label: 'Last 7 days', ms: 7 * 86_400_000 },
  { value: 'all', label: 'All time', ms: undefined },
] as const;

export function visits(processDefinitionKey: string, period: string) {
  const ms = PERIODS.find((it) => it.value === period)?.ms;
  return queryOptions({
    queryKey: ['visits', processDefinitionKey, period],
    queryFn: async () => {
      const from = ms === undefined ? undefined : new Date(Date.now() - ms).toISOString();
      const newest: ElementInstance[] = [];
      let after: string | undefined;
      let isComplete = false;
      for (let page = 0; page < PAGES_MAX && !isComplete; page += 1) {
        const found = await search('/v2/element-instances/search', {
          filter: { processDefinitionKey, ...(from ? { startDate: { $gte: from } } : {}) },
          sort: [{ field: 'startDate', order: 'DESC' }],
          page: { limit: PAGE, after },
        });
        newest.push(...found.items);
        after = found.page.endCursor ?? undefined;
        isComplete = found.items.length < PAGE || !after;
      }
      const incidents: Incident[] = (
        await search('/v2/incidents/search', {
          filter: { processDefinitionKey, ...(from ? { creationTime: { $gte: from } } : {}) },
          sort: [{ field: 'creationTime', order: 'DESC' }],
          page: { limit: PAGE },
        })
      ).items;
      return { of: visitsOf(newest, incidents), read: newest.length, isComplete };
    },
    refetchInterval: REFETCH_MS,
  });
}
