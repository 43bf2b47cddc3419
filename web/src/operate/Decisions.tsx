// Decisions that are deployed, and everything they were asked.

import { Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { queries } from '../api/queries';
import type { DecisionDefinition } from '../api/types';
import type { Column } from '../parts/DataTable';
import { Empty, Skeleton } from '../parts/Empty';
import { Failure } from '../parts/Failure';
import { Page } from '../parts/Page';
import { NothingFits } from '../parts/SearchList';
import { EvaluationList } from './decisions/EvaluationList';
import { WholeTable } from '../parts/WholeTable';

const STATES = [
  { value: 'EVALUATED', label: 'Decided' },
  { value: 'FAILED', label: 'Stopped' },
];

export default function Decisions() {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const decisions = useQuery(queries.decisions());
  const change = (next: Record<string, string | undefined>) =>
    void navigate({ to: '.', replace: true, search: { ...search, ...next } });
  const refilter = (next: Record<string, string | undefined>) =>
    change({ ...next, after: undefined, before: undefined });
  if (decisions.error && !decisions.data) {
    return <Failure error={decisions.error} doing="read the decisions" retry={() => void decisions.refetch()} />;
  }
  if (!decisions.data) return <Skeleton />;
  const rows = latest(decisions.data);
  const filter = {
    ...(search.process ? { processDefinitionId: search.process } : {}),
    ...(search.decision ? { decisionDefinitionId: search.decision } : {}),
    ...(search.state ? { state: search.state } : {}),
  };
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <Page title="Decisions" place="Operate">
      {rows.length === 0 ? (
        <Empty title="No decision is deployed yet">
          A decision is a table of rules that people can read and change without touching the process.
          Draw one in <Link to="/design">Design</Link> (New… › Decision) and deploy it; a business rule
          task asks it by its id.
        </Empty>
      ) : (
        <WholeTable
          file="decisions"
          label="Decisions"
          columns={columns}
          rows={rows}
          keyOf={(row) => row.decisionDefinitionKey}
        />
      )}
      <h2>What was decided</h2>
      <div className="filters">
        <TextInput
          data-filter
          size="xs"
          aria-label="Decision id"
          placeholder="Decision id"
          value={search.decision ?? ''}
          onChange={(event) => refilter({ decision: event.currentTarget.value || undefined })}
        />
        <Select
          size="xs"
          aria-label="State"
          placeholder="Any state"
          clearable
          data={STATES}
          value={search.state ?? null}
          onChange={(state) => refilter({ state: state ?? undefined })}
        />
      </div>
      <EvaluationList
        filter={filter}
        state={search}
        onState={(state) => change({ ...state })}
        empty={
          isFiltered ? (
            <NothingFits onClear={() => refilter({ decision: undefined, state: undefined, process: undefined })} />
          ) : (
            <Empty title="Nothing was decided yet">
              Each evaluation is kept with its inputs, the rules that matched and what was said.
            </Empty>
          )
        }
      />
    </Page>
  );
}

interface Row extends DecisionDefinition {
  versions: number;
}

function latest(all: DecisionDefinition[]): Row[] {
  const rows = new Map<string, Row>();
  for (const it of all) {
    const known = rows.get(it.decisionDefinitionId);
    const versions = (known?.versions ?? 0) + 1;
    rows.set(it.decisionDefinitionId, { ...(known && known.version > it.version ? known : it), versions });
  }
  return [...rows.values()].sort((a, b) => a.name.localeCompare(b.name));
}

const columns: Column<Row>[] = [
  {
    id: 'name',
    title: 'Decision',
    cell: (row) => (
      <Link
        to="/operate/decisions/$decisionKey"
        params={{ decisionKey: row.decisionDefinitionKey }}
        className="strong"
      >
        {row.name || row.decisionDefinitionId}
      </Link>
    ),
    csv: (row) => row.name,
  },
  { id: 'id', title: 'Id', cell: (row) => <code>{row.decisionDefinitionId}</code>, csv: (row) => row.decisionDefinitionId },
  {
    id: 'file',
    title: 'In',
    cell: (row) => row.decisionRequirementsName || row.decisionRequirementsId,
    csv: (row) => row.decisionRequirementsId,
  },
  { id: 'version', title: 'Version', align: 'right', cell: (row) => row.version, csv: (row) => row.version },
  { id: 'versions', title: 'Versions', align: 'right', cell: (row) => row.versions, csv: (row) => row.versions },
];
