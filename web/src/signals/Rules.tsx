// Detection rules as they are deployed: what they look at, what they raise.

import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useCan } from '../api/may';
import type { DetectionRule } from '../api/types';
import { latestOf, workQueries } from '../definitions/queries';
import type { Column } from '../parts/DataTable';
import { Empty, Skeleton } from '../parts/Empty';
import { Failure } from '../parts/Failure';
import { Page } from '../parts/Page';
import { inWords, Status } from '../parts/Status';
import { When } from '../parts/When';
import { WholeTable } from '../parts/WholeTable';

export default function Rules() {
  const rules = useQuery(workQueries.rules());
  const can = useCan();
  if (rules.error && !rules.data) {
    return <Failure error={rules.error} doing="read the rules" retry={() => void rules.refetch()} />;
  }
  if (!rules.data) return <Skeleton />;
  const rows = latestOf(rules.data, (it) => it.detectionRuleId);
  return (
    <Page
      title="Rules"
      place="Signals"
      actions={
        can('CREATE', 'RESOURCE') && (
          <Button
            size="xs"
            renderRoot={(props) => (
              <Link {...props} to="/signals/rules/$definitionKey" params={{ definitionKey: 'new' }} />
            )}
          >
            New rule
          </Button>
        )
      }
    >
      {rows.length === 0 ? (
        <Empty title="No rule is deployed yet">
          A rule says which signals matter, what they are about, and when an alert is due: when a value is
          beyond a threshold, when something expected does not come, or when something comes too often.
          <em> New rule</em> begins with an example of each.
        </Empty>
      ) : (
        <WholeTable label="Rules" file="rules" columns={columns} rows={rows} keyOf={(row) => row.detectionRuleKey} />
      )}
    </Page>
  );
}

type Row = DetectionRule & { versions: number };

const columns: Column<Row>[] = [
  {
    id: 'name',
    title: 'Rule',
    cell: (row) => (
      <Link
        to="/signals/rules/$definitionKey"
        params={{ definitionKey: row.detectionRuleKey }}
        className="strong"
      >
        {row.name || row.detectionRuleId}
      </Link>
    ),
    csv: (row) => row.name,
  },
  { id: 'id', title: 'Id', cell: (row) => <code>{row.detectionRuleId}</code>, csv: (row) => row.detectionRuleId },
  {
    id: 'state',
    title: 'State',
    cell: (row) => row.definition && <Status of={row.definition.state} />,
    csv: (row) => row.definition?.state,
  },
  {
    id: 'detects',
    title: 'Detects',
    cell: (row) => row.definition && inWords(row.definition.detects),
    csv: (row) => row.definition?.detects,
  },
  {
    id: 'types',
    title: 'In signals of type',
    cell: (row) => <code>{row.definition?.types.join(', ')}</code>,
    csv: (row) => row.definition?.types.join(', '),
  },
  {
    id: 'severity',
    title: 'Raises',
    cell: (row) => row.definition && <Status of={row.definition.severity} />,
    csv: (row) => row.definition?.severity,
  },
  {
    id: 'case',
    title: 'Opens a case of',
    cell: (row) => row.definition?.caseTypeId,
    csv: (row) => row.definition?.caseTypeId,
  },
  { id: 'version', title: 'Version', align: 'right', cell: (row) => row.version, csv: (row) => row.version },
  { id: 'deployed', title: 'Deployed', cell: (row) => <When at={row.deploymentTime} />, csv: (row) => row.deploymentTime },
  {
    id: 'alerts',
    title: '',
    cell: (row) => (
      <Link to="/signals/alerts" search={{ rule: row.detectionRuleId, state: 'any' }}>
        Alerts
      </Link>
    ),
  },
];
