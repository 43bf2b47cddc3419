// Case types as they are deployed: by when, and how it is known that a case is solved.

import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useCan } from '../api/may';
import type { CaseType } from '../api/types';
import { latestOf, workQueries } from '../definitions/queries';
import type { Column } from '../parts/DataTable';
import { Empty, Skeleton } from '../parts/Empty';
import { Failure } from '../parts/Failure';
import { Page } from '../parts/Page';
import { When } from '../parts/When';
import { WholeTable } from '../parts/WholeTable';
import { spoken } from './checks';

export default function CaseTypes() {
  const types = useQuery(workQueries.caseTypes());
  const can = useCan();
  if (types.error && !types.data) {
    return <Failure error={types.error} doing="read the case types" retry={() => void types.refetch()} />;
  }
  if (!types.data) return <Skeleton />;
  const rows = latestOf(types.data, (it) => it.caseTypeId);
  return (
    <Page
      title="Case types"
      place="Cases"
      actions={
        can('CREATE', 'RESOURCE') && (
          <Button
            size="xs"
            renderRoot={(props) => (
              <Link {...props} to="/cases/types/$definitionKey" params={{ definitionKey: 'new' }} />
            )}
          >
            New case type
          </Button>
        )
      }
    >
      {rows.length === 0 ? (
        <Empty title="No case type is deployed yet">
          A case type says what a case needs, by when, and how it is known to be solved.
          <em> New case type</em> begins with an example.
        </Empty>
      ) : (
        <WholeTable label="Case types" file="case-types" columns={columns} rows={rows} keyOf={(row) => row.caseTypeKey} />
      )}
    </Page>
  );
}

type Row = CaseType & { versions: number };

const columns: Column<Row>[] = [
  {
    id: 'name',
    title: 'Case type',
    cell: (row) => (
      <Link to="/cases/types/$definitionKey" params={{ definitionKey: row.caseTypeKey }} className="strong">
        {row.name || row.caseTypeId}
      </Link>
    ),
    csv: (row) => row.name,
  },
  { id: 'id', title: 'Id', cell: (row) => <code>{row.caseTypeId}</code>, csv: (row) => row.caseTypeId },
  { id: 'priority', title: 'Priority', cell: (row) => row.definition?.priority, csv: (row) => row.definition?.priority },
  {
    id: 'goal',
    title: 'Goal',
    cell: (row) => row.definition?.goal && spoken(row.definition.goal),
    csv: (row) => row.definition?.goal,
  },
  {
    id: 'deadline',
    title: 'Deadline',
    cell: (row) => row.definition?.deadline && spoken(row.definition.deadline),
    csv: (row) => row.definition?.deadline,
  },
  {
    id: 'process',
    title: 'Process',
    cell: (row) => row.definition?.processDefinitionId && <code>{row.definition.processDefinitionId}</code>,
    csv: (row) => row.definition?.processDefinitionId,
  },
  {
    id: 'outcome',
    title: 'Solved when',
    cell: (row) => row.definition?.outcome.map((check) => check.name).join(', '),
    csv: (row) => row.definition?.outcome.map((check) => check.name).join(', '),
  },
  { id: 'version', title: 'Version', align: 'right', cell: (row) => row.version, csv: (row) => row.version },
  { id: 'deployed', title: 'Deployed', cell: (row) => <When at={row.deploymentTime} />, csv: (row) => row.deploymentTime },
  {
    id: 'cases',
    title: '',
    cell: (row) => (
      <Link to="/cases/all" search={{ type: row.caseTypeId, state: 'any' }}>
        Cases
      </Link>
    ),
  },
];
