// All cases, the most urgent first: what is open, who drives it, how its clock stands.

import { Button, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useCan } from '../api/may';
import type { Case } from '../api/types';
import { latestOf, workQueries } from '../definitions/queries';
import type { Column } from '../parts/DataTable';
import { Empty } from '../parts/Empty';
import { Page } from '../parts/Page';
import { NothingFits, SearchList } from '../parts/SearchList';
import { Status } from '../parts/Status';
import { When } from '../parts/When';
import { Sla, Urgency } from './Chips';
import { useListState } from '../parts/useListState';

const OpenCase = lazy(() => import('./OpenCase'));

const STATES = [
  { value: 'current', label: 'Not closed' },
  { value: 'OPEN', label: 'Open' },
  { value: 'VERIFYING', label: 'Verifying' },
  { value: 'closed', label: 'Closed' },
  { value: 'CLOSED_FAILED', label: 'Closed, failed' },
  { value: 'any', label: 'Any state' },
];
const GROUPS: Record<string, string[]> = {
  current: ['OPEN', 'RESOLVED', 'VERIFYING'],
  closed: ['CLOSED_VERIFIED', 'CLOSED_WAIVED', 'CLOSED_FAILED', 'CANCELLED'],
};

function stateFilter(state: string): Record<string, unknown> {
  if (state === 'any') return {};
  return { state: GROUPS[state] ? { $in: GROUPS[state] } : state };
}

export default function Cases() {
  const { search, change, refilter } = useListState();
  const types = useQuery(workQueries.caseTypes());
  const [isOpening, setOpening] = useState(false);
  const can = useCan();
  const state = search.state ?? 'current';
  const filter = {
    ...stateFilter(state),
    ...(search.type ? { caseTypeId: search.type } : {}),
    ...(search.driver ? { driver: { $like: `${search.driver}*` } } : {}),
    ...(search.subject ? { subject: { $like: `${search.subject}*` } } : {}),
  };
  const isFiltered = Boolean(search.state || search.type || search.driver || search.subject);
  const options = latestOf(types.data ?? [], (it) => it.caseTypeId).map((it) => ({
    value: it.caseTypeId,
    label: it.name || it.caseTypeId,
  }));
  return (
    <Page
      title="Cases"
      place="Cases"
      actions={
        options.length > 0 &&
        can('CREATE', 'CASE') && (
          <Button size="xs" onClick={() => setOpening(true)}>
            Open a case…
          </Button>
        )
      }
    >
      <div className="filters">
        <TextInput
          data-filter
          size="xs"
          aria-label="About"
          placeholder="About"
          value={search.subject ?? ''}
          onChange={(event) => refilter({ subject: event.currentTarget.value || undefined })}
        />
        <Select
          size="xs"
          aria-label="State"
          allowDeselect={false}
          data={STATES}
          value={state}
          onChange={(next) => refilter({ state: next === 'current' ? undefined : (next ?? undefined) })}
        />
        <Select
          size="xs"
          aria-label="Case type"
          placeholder="Any type"
          clearable
          data={options}
          value={search.type ?? null}
          onChange={(type) => refilter({ type: type ?? undefined })}
        />
        <TextInput
          size="xs"
          aria-label="Driver"
          placeholder="Driver"
          value={search.driver ?? ''}
          onChange={(event) => refilter({ driver: event.currentTarget.value || undefined })}
        />
      </div>
      <SearchList
        path="/api/v1/cases/search"
        label="Cases"
        file="cases"
        filter={filter}
        columns={caseColumns}
        keyOf={(row) => row.caseKey}
        state={search}
        onState={change}
        order="-urgency"
        empty={
          isFiltered ? (
            <NothingFits
              onClear={() => refilter({ state: undefined, type: undefined, driver: undefined, subject: undefined })}
            />
          ) : (
            <Empty title="No case is open">
              A case is a business situation from the moment it is noticed to a closing that was checked.
              Alerts open cases of the type their rule names; <Link to="/cases/types">case types</Link> say by
              when, and how it is known that it is solved.
            </Empty>
          )
        }
      />
      <Suspense fallback={null}>
        {isOpening && <OpenCase types={options} onClose={() => setOpening(false)} />}
      </Suspense>
    </Page>
  );
}

export const caseColumns: Column<Case>[] = [
  {
    id: 'urgency',
    title: 'Urgency',
    sort: 'urgency',
    align: 'right',
    cell: (row) => <Urgency of={row} />,
    csv: (row) => row.urgency,
  },
  {
    id: 'title',
    title: 'Case',
    sort: 'title',
    cell: (row) => (
      <Link to="/cases/all/$caseKey" params={{ caseKey: row.caseKey }} className="strong">
        {row.title}
      </Link>
    ),
    csv: (row) => row.title,
  },
  { id: 'subject', title: 'About', sort: 'subject', cell: (row) => row.subject, csv: (row) => row.subject },
  {
    id: 'state',
    title: 'State',
    sort: 'state',
    cell: (row) => (
      <>
        <Status of={row.state} />
        <div className="quiet">
          {row.stage}
          {row.reopenings > 0 && ` opened again ${row.reopenings}×`}
        </div>
      </>
    ),
    csv: (row) => row.state,
  },
  { id: 'stage', title: 'Stage', isOnlyExported: true, cell: () => null, csv: (row) => row.stage },
  { id: 'sla', title: 'Clock', sort: 'deadlineTime', cell: (row) => <Sla of={row} />, csv: (row) => row.deadlineTime },
  {
    id: 'priority',
    title: 'Class',
    sort: 'priority',
    cell: (row) => (
      <>
        {row.priority} <Status of={row.severity} />
      </>
    ),
    csv: (row) => row.priority,
  },
  { id: 'severity', title: 'Severity', isOnlyExported: true, cell: () => null, csv: (row) => row.severity },
  {
    id: 'driver',
    title: 'Driver',
    sort: 'driver',
    cell: (row) => row.driver ?? <span className="quiet">nobody</span>,
    csv: (row) => row.driver,
  },
  { id: 'reopened', title: 'Reopened', isOnlyExported: true, cell: () => null, csv: (row) => row.reopenings },
  { id: 'opened', title: 'Opened', sort: 'openedTime', cell: (row) => <When at={row.openedTime} />, csv: (row) => row.openedTime },
  { id: 'type', title: 'Type', isOnlyExported: true, cell: () => null, csv: (row) => row.caseTypeId },
];
