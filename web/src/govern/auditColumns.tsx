// How a row of the audit log is shown, wherever it is.

import { Link } from '@tanstack/react-router';
import type { AuditLog } from '../api/types';
import type { Column } from '../parts/DataTable';
import { inWords, Status } from '../parts/Status';
import { When } from '../parts/When';

export const auditColumns: Column<AuditLog>[] = [
  { id: 'time', title: 'When', sort: 'timestamp', cell: (row) => <When at={row.timestamp} />, csv: (row) => row.timestamp },
  { id: 'actor', title: 'Who', sort: 'actorId', cell: (row) => row.actorId, csv: (row) => row.actorId },
  {
    id: 'operation',
    title: 'Did',
    sort: 'operationType',
    cell: (row) => `${inWords(String(row.operationType))} ${inWords(String(row.entityType)).toLowerCase()}`,
    csv: (row) => `${row.operationType} ${row.entityType}`,
  },
  { id: 'result', title: 'Result', cell: (row) => <Status of={String(row.result)} />, csv: (row) => row.result },
  {
    id: 'process',
    title: 'Process',
    sort: 'processDefinitionId',
    cell: (row) => row.processDefinitionId,
    csv: (row) => row.processDefinitionId,
  },
  {
    id: 'instance',
    title: 'Instance',
    cell: (row) =>
      row.processInstanceKey && (
        <Link to="/operate/instances/$instanceKey" params={{ instanceKey: row.processInstanceKey }}>
          …{row.processInstanceKey.slice(-6)}
        </Link>
      ),
    csv: (row) => row.processInstanceKey,
  },
  { id: 'entity', title: 'Key', cell: (row) => <code>{row.entityKey}</code>, csv: (row) => row.entityKey },
];
