// What Home reads: as much of it as whoever is signed in may see. Not here: showing it (`Cards.tsx`).

import { useQuery } from '@tanstack/react-query';
import { useCan, useKnowsRights } from '../api/may';
import { found } from '../api/queries';

/** Rows of a card. */
export const SHOWN = 6;
const GROUPED = 200;

export function useMatters(scope: Record<string, unknown>) {
  const can = useCan();
  const knowsRights = useKnowsRights();
  const may = {
    tasks: can('READ_USER_TASK', 'PROCESS_DEFINITION'),
    instances: can('READ_PROCESS_INSTANCE', 'PROCESS_DEFINITION'),
    cases: can('READ', 'CASE'),
    alerts: can('READ', 'ALERT'),
  };
  const tasks = useQuery({
    ...found('/v2/user-tasks/search', {
      filter: { ...scope, state: 'CREATED' },
      sort: [{ field: 'creationDate', order: 'ASC' }],
      page: { limit: SHOWN },
    }),
    enabled: may.tasks,
  });
  const incidents = useQuery({
    ...found('/v2/incidents/search', {
      filter: { ...scope, state: 'ACTIVE' },
      sort: [{ field: 'creationTime', order: 'DESC' }],
      page: { limit: GROUPED },
    }),
    enabled: may.instances,
  });
  const cases = useQuery({
    ...found('/api/v1/cases/search', {
      filter: { state: 'OPEN' },
      sort: [{ field: 'urgency', order: 'DESC' }],
      page: { limit: SHOWN },
    }),
    enabled: may.cases,
  });
  const alerts = useQuery({
    ...found('/api/v1/alerts/search', {
      filter: { state: 'OPEN' },
      sort: [{ field: 'lastSeenTime', order: 'DESC' }],
      page: { limit: SHOWN },
    }),
    enabled: may.alerts,
  });
  // What was refused before somebody signed in, or is not granted any more, is not asked for now.
  const asked = [
    { of: tasks, may: may.tasks },
    { of: incidents, may: may.instances },
    { of: cases, may: may.cases },
    { of: alerts, may: may.alerts },
  ].flatMap((it) => (it.may ? [it.of] : []));
  return {
    may,
    isKnown: knowsRights && !asked.some((it) => it.isLoading),
    failed: knowsRights ? asked.find((it) => it.error && !it.data) : undefined,
    tasks: may.tasks ? tasks.data : undefined,
    incidents: may.instances ? incidents.data : undefined,
    cases: may.cases ? cases.data : undefined,
    alerts: may.alerts ? alerts.data : undefined,
  };
}
