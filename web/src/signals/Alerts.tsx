// What rules found: open alerts first, acknowledged one by one or many together.

import { Button, Select, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useCan } from '../api/may';
import type { Alert } from '../api/types';
import type { Column } from '../parts/DataTable';
import { Empty } from '../parts/Empty';
import { Page } from '../parts/Page';
import { NothingFits, SearchList } from '../parts/SearchList';
import { inWords, Status } from '../parts/Status';
import { When } from '../parts/When';
import { useListState } from '../parts/useListState';

const Acknowledge = lazy(() => import('./Acknowledge'));

const STATES = ['OPEN', 'ACKNOWLEDGED', 'RECOVERED', 'RESOLVED'];
const SEVERITIES = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'];

export default function Alerts() {
  const list = useListState();
  const { search, change } = list;
  const [selected, setSelected] = useState(new Set<string>());
  const [isAcknowledging, setAcknowledging] = useState(false);
  const can = useCan();
  const refilter = (next: Record<string, string | undefined>) => {
    setSelected(new Set());
    list.refilter(next);
  };
  // What is over is not in the way; `any` shows it.
  const state = search.state ?? 'current';
  const filter = {
    ...(state === 'current' ? { state: { $in: ['OPEN', 'ACKNOWLEDGED'] } } : {}),
    ...(state !== 'current' && state !== 'any' ? { state } : {}),
    ...(search.severity ? { severity: search.severity } : {}),
    ...(search.subject ? { subject: { $like: `${search.subject}*` } } : {}),
    ...(search.rule ? { detectionRuleId: search.rule } : {}),
  };
  const isFiltered = Boolean(search.state || search.severity || search.subject || search.rule);
  return (
    <Page title="Alerts" place="Signals">
      <div className="filters">
        <TextInput
          data-filter
          size="xs"
          aria-label="Subject"
          placeholder="Subject"
          value={search.subject ?? ''}
          onChange={(event) => refilter({ subject: event.currentTarget.value || undefined })}
        />
        <Select
          size="xs"
          aria-label="State"
          allowDeselect={false}
          data={[
            { value: 'current', label: 'Open and acknowledged' },
            ...STATES.map((value) => ({ value, label: inWords(value) })),
            { value: 'any', label: 'Any state' },
          ]}
          value={state}
          onChange={(next) => refilter({ state: next === 'current' ? undefined : (next ?? undefined) })}
        />
        <Select
          size="xs"
          aria-label="Severity"
          placeholder="Any severity"
          clearable
          data={SEVERITIES.map((value) => ({ value, label: inWords(value) }))}
          value={search.severity ?? null}
          onChange={(severity) => refilter({ severity: severity ?? undefined })}
        />
        <TextInput
          size="xs"
          aria-label="Rule"
          placeholder="Rule id"
          value={search.rule ?? ''}
          onChange={(event) => refilter({ rule: event.currentTarget.value || undefined })}
        />
      </div>
      <SearchList
        path="/api/v1/alerts/search"
        label="Alerts"
        file="alerts"
        filter={filter}
        columns={columns}
        keyOf={(row) => row.alertKey}
        state={search}
        onState={change}
        order="-lastSeenTime"
        selected={selected}
        onSelect={can('UPDATE', 'ALERT') ? setSelected : undefined}
        bar={
          selected.size > 0 && (
            <Button size="compact-xs" variant="light" onClick={() => setAcknowledging(true)}>
              Acknowledge {selected.size}…
            </Button>
          )
        }
        empty={
          isFiltered ? (
            <NothingFits
              onClear={() => refilter({ state: undefined, severity: undefined, subject: undefined, rule: undefined })}
            />
          ) : (
            <Empty title="No rule has anything to tell">
              A rule looks at what sources send and raises an alert when something is off; the alert
              counts what comes again. <Link to="/signals/rules">Rules</Link> are written there;{' '}
              <Link to="/signals/received">a signal sent by hand</Link> tries one.
            </Empty>
          )
        }
      />
      <Suspense fallback={null}>
        {isAcknowledging && (
          <Acknowledge
            keys={[...selected]}
            onClose={() => {
              setAcknowledging(false);
              setSelected(new Set());
            }}
          />
        )}
      </Suspense>
    </Page>
  );
}

const columns: Column<Alert>[] = [
  {
    id: 'severity',
    title: 'Severity',
    sort: 'severity',
    cell: (row) => <Status of={row.severity} />,
    csv: (row) => row.severity,
  },
  {
    id: 'title',
    title: 'Alert',
    sort: 'title',
    cell: (row) => (
      <Link to="/signals/alerts/$alertKey" params={{ alertKey: row.alertKey }} className="strong">
        {row.title}
      </Link>
    ),
    csv: (row) => row.title,
  },
  { id: 'subject', title: 'About', sort: 'subject', cell: (row) => row.subject, csv: (row) => row.subject },
  { id: 'state', title: 'State', sort: 'state', cell: (row) => <Status of={row.state} />, csv: (row) => row.state },
  {
    id: 'occurrences',
    title: 'Times',
    sort: 'occurrences',
    align: 'right',
    cell: (row) => row.occurrences,
    csv: (row) => row.occurrences,
  },
  { id: 'first', title: 'First', sort: 'firstSeenTime', cell: (row) => <When at={row.firstSeenTime} />, csv: (row) => row.firstSeenTime },
  { id: 'last', title: 'Last', sort: 'lastSeenTime', cell: (row) => <When at={row.lastSeenTime} />, csv: (row) => row.lastSeenTime },
  {
    id: 'rule',
    title: 'Rule',
    sort: 'detectionRuleId',
    cell: (row) => (
      <Link to="/signals/rules/$definitionKey" params={{ definitionKey: row.detectionRuleKey }}>
        {row.detectionRuleId}
      </Link>
    ),
    csv: (row) => row.detectionRuleId,
  },
  {
    id: 'case',
    title: 'Case',
    cell: (row) =>
      row.caseKey && (
        <Link to="/cases/all/$caseKey" params={{ caseKey: row.caseKey }}>
          …{row.caseKey.slice(-6)}
        </Link>
      ),
    csv: (row) => row.caseKey,
  },
  { id: 'by', title: 'Seen by', sort: 'acknowledgedBy', cell: (row) => row.acknowledgedBy, csv: (row) => row.acknowledgedBy },
];
