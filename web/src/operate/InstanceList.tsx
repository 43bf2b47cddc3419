// Instances with their filters: the list of its own page and the one under a process's diagram.

import { Button, Select, TextInput } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Instance } from '../api/types';
import type { Column } from '../parts/DataTable';
import { Empty } from '../parts/Empty';
import { Key } from '../parts/Key';
import { NothingFits, SearchList } from '../parts/SearchList';
import { Status } from '../parts/Status';
import { When } from '../parts/When';
import { duration } from '../parts/time';

const STATES = [
  { value: 'ACTIVE', label: 'Active' },
  { value: 'INCIDENT', label: 'With incident' },
  { value: 'SUSPENDED', label: 'Suspended' },
  { value: 'COMPLETED', label: 'Completed' },
  { value: 'TERMINATED', label: 'Cancelled' },
];

export interface InstanceFilters {
  process?: string;
  definition?: string;
  state?: string;
  element?: string;
  business?: string;
  variable?: string;
  value?: string;
}

/** The server's filter for what the URL says. */
export function filterOf(search: InstanceFilters): Record<string, unknown> {
  const filter: Record<string, unknown> = {};
  if (search.definition) filter.processDefinitionKey = search.definition;
  else if (search.process) filter.processDefinitionId = search.process;
  if (search.state === 'INCIDENT') filter.hasIncident = true;
  else if (search.state) filter.state = search.state;
  if (search.element) filter.elementId = search.element;
  if (search.business) {
    const text = search.business;
    filter.businessId = text.includes('*') ? { $like: text } : text;
  }
  if (search.variable) {
    filter.variables = [{ name: search.variable, value: asValue(search.value ?? '') }];
  }
  return filter;
}

/** What a person types for a value: JSON if it is some, else a text. */
function asValue(typed: string): string {
  try {
    return JSON.stringify(JSON.parse(typed));
  } catch {
    return JSON.stringify(typed);
  }
}

export function InstanceList({ definition }: { definition?: string }) {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const change = (next: Record<string, string | undefined>) =>
    void navigate({ to: '.', replace: true, search: { ...search, ...next } });
  const refilter = (next: InstanceFilters) =>
    change({ ...next, after: undefined, before: undefined });
  const filter = filterOf({ ...search, definition });
  const isFiltered = Boolean(search.state || search.business || search.variable || search.element);
  const clear = () =>
    refilter({ state: undefined, business: undefined, variable: undefined, value: undefined, element: undefined });

  return (
    <>
      <div className="filters" role="search" aria-label="Filter instances">
        <Select
          aria-label="State"
          placeholder="Any state"
          data={STATES}
          value={search.state ?? null}
          onChange={(state) => refilter({ state: state ?? undefined })}
          clearable
          size="xs"
          w={150}
        />
        <Typed
          label="Business id"
          placeholder="Business id, * for any"
          value={search.business}
          onValue={(business) => refilter({ business })}
        />
        <Typed
          label="Variable name"
          placeholder="Variable"
          value={search.variable}
          onValue={(variable) => refilter({ variable })}
        />
        <Typed
          label="Variable value"
          placeholder="equals"
          value={search.value}
          onValue={(value) => refilter({ value })}
        />
        {search.element && (
          <Button size="xs" variant="light" onClick={() => refilter({ element: undefined })}>
            At {search.element} ✕
          </Button>
        )}
        {isFiltered && (
          <Button size="xs" variant="subtle" onClick={clear}>
            Clear
          </Button>
        )}
      </div>
      <SearchList
        path="/v2/process-instances/search"
        label="Instances"
        file="instances"
        filter={filter}
        columns={columns}
        keyOf={(row) => row.processInstanceKey}
        state={search}
        onState={(state) => change({ ...state })}
        order="-startDate"
        empty={
          isFiltered ? (
            <NothingFits onClear={clear} />
          ) : (
            <Empty title="No instance yet">
              An instance is one run of a process. Start one from its page under{' '}
              <Link to="/operate/processes">Processes</Link>, by a message, or by the API.
            </Empty>
          )
        }
      />
    </>
  );
}

const PAUSE_MS = 350;

/** A filter that is applied when the typing pauses. */
function Typed(props: {
  label: string;
  placeholder: string;
  value: string | undefined;
  onValue: (value: string | undefined) => void;
}) {
  const { label, placeholder, value = '', onValue } = props;
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onValue(text || undefined), PAUSE_MS);
    return () => clearTimeout(timer);
  });
  return (
    <TextInput
      data-filter
      aria-label={label}
      placeholder={placeholder}
      size="xs"
      w={150}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
    />
  );
}

const columns: Column<Instance>[] = [
  {
    id: 'process',
    title: 'Process',
    sort: 'processDefinitionName',
    cell: (row) => (
      <Link
        to="/operate/instances/$instanceKey"
        params={{ instanceKey: row.processInstanceKey }}
        className="strong"
      >
        {row.businessId ?? row.processDefinitionName ?? row.processDefinitionId}
      </Link>
    ),
    csv: (row) => row.processDefinitionId,
  },
  {
    id: 'key',
    title: 'Key',
    sort: 'processInstanceKey',
    cell: (row) => <Key of={row.processInstanceKey} />,
    csv: (row) => row.processInstanceKey,
  },
  {
    id: 'business',
    title: 'Business id',
    cell: (row) => row.businessId ?? <span className="quiet">–</span>,
    csv: (row) => row.businessId,
  },
  {
    id: 'version',
    title: 'Version',
    sort: 'processDefinitionVersion',
    align: 'right',
    cell: (row) => row.processDefinitionVersion,
    csv: (row) => row.processDefinitionVersion,
  },
  {
    id: 'state',
    title: 'State',
    sort: 'state',
    cell: (row) => <Status of={row.hasIncident && row.state === 'ACTIVE' ? 'INCIDENT' : row.state} />,
    csv: (row) => (row.hasIncident ? 'INCIDENT' : row.state),
  },
  {
    id: 'started',
    title: 'Started',
    sort: 'startDate',
    cell: (row) => <When at={row.startDate} />,
    csv: (row) => row.startDate,
  },
  {
    id: 'ended',
    title: 'Ended',
    sort: 'endDate',
    cell: (row) => <When at={row.endDate} />,
    csv: (row) => row.endDate,
  },
  {
    id: 'took',
    title: 'Took',
    align: 'right',
    cell: (row) =>
      row.endDate ? duration(Date.parse(row.endDate) - Date.parse(row.startDate)) : '',
    csv: (row) =>
      row.endDate ? Date.parse(row.endDate) - Date.parse(row.startDate) : undefined,
  },
];
