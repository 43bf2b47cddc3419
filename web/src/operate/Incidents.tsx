// Incidents by cause: how many, since when, still growing; repaired one by one or all of a cause.

import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { found } from '../api/queries';
import { useCan } from '../api/may';
import type { Incident } from '../api/types';
import { Empty, Skeleton } from '../parts/Empty';
import { Failure } from '../parts/Failure';
import { Page } from '../parts/Page';
import { inWords } from '../parts/Status';
import { When } from '../parts/When';
import { groupIncidents, type Group } from './fingerprint';
import { IncidentTable } from './IncidentList';

const Repair = lazy(() => import('./Repair'));

/** Incidents that are grouped in the browser; the page says when there are more. */
const GROUPED_MAX = 1_000;

export default function Incidents() {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const [repaired, setRepaired] = useState<Incident[]>();
  const filter = {
    state: 'ACTIVE',
    ...(search.process ? { processDefinitionId: search.process } : {}),
  };
  const query = useQuery(
    found('/v2/incidents/search', {
      filter,
      sort: [{ field: 'creationTime', order: 'DESC' }],
      page: { limit: GROUPED_MAX },
    }),
  );
  if (query.error && !query.data) {
    return <Failure error={query.error} doing="read the incidents" retry={() => void query.refetch()} />;
  }
  const groups = groupIncidents(query.data?.items ?? []);
  const total = query.data?.page.totalItems ?? 0;
  const open = (group: string | undefined) =>
    void navigate({ to: '.', replace: true, search: { ...search, group } });
  return (
    <Page title="Incidents" place="Operate">
      {!query.data && <Skeleton />}
      {query.data && groups.length === 0 && (
        <Empty title="Nothing is stuck">
          An incident is a step that cannot go on until somebody repairs something: a worker that
          failed too often, an expression that found no value. It would be here, with its cause.
        </Empty>
      )}
      {total > GROUPED_MAX && (
        <p className="note">
          The newest {GROUPED_MAX} of {total}
          {query.data?.page.hasMoreTotalItems ? '+' : ''} incidents are grouped here. Choose a process
          above to see its own.
        </p>
      )}
      <ul className="causes">
        {groups.map((group) => (
          <GroupCard
            key={group.fingerprint}
            group={group}
            isOpen={search.group === group.fingerprint}
            onToggle={() => open(search.group === group.fingerprint ? undefined : group.fingerprint)}
            onRepair={setRepaired}
          />
        ))}
      </ul>
      {repaired && (
        <Suspense fallback={null}>
          <Repair incidents={repaired} onClose={() => setRepaired(undefined)} />
        </Suspense>
      )}
    </Page>
  );
}

function GroupCard(props: {
  group: Group;
  isOpen: boolean;
  onToggle: () => void;
  onRepair: (incidents: Incident[]) => void;
}) {
  const { group, isOpen, onToggle, onRepair } = props;
  const can = useCan();
  const count = group.incidents.length;
  return (
    <li className="cause">
      <div className="cause-head">
        <button type="button" className="cause-open" aria-expanded={isOpen} onClick={onToggle}>
          <span className="count is-alarm">{count}</span>
          <span>
            <strong>{group.message}</strong>
            <span className="quiet">
              {inWords(group.errorType)} at {group.elementId} of {group.processDefinitionId} · first{' '}
              <When at={group.first} />, last <When at={group.last} />
            </span>
          </span>
        </button>
        {can('UPDATE_PROCESS_INSTANCE', 'PROCESS_DEFINITION', group.processDefinitionId) && (
          <Button size="xs" onClick={() => onRepair(group.incidents)}>
            {count === 1 ? 'Repair…' : `Repair all ${count}…`}
          </Button>
        )}
      </div>
      {isOpen && <IncidentTable incidents={group.incidents} onRepair={(it) => onRepair([it])} />}
    </li>
  );
}
