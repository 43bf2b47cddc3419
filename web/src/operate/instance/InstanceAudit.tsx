// Who did what to this instance.

import { auditColumns } from '../../govern/auditColumns';
import { Empty } from '../../parts/Empty';
import { InstanceSearch } from './InstanceSearch';
import type { TabProps } from './shared';

export function InstanceAudit(props: TabProps) {
  return (
    <InstanceSearch
      {...props}
      element={undefined}
      path="/v2/audit-logs/search"
      label="Audit"
      order="-timestamp"
      columns={auditColumns}
      keyOf={(row) => row.auditLogKey}
      empty={
        <Empty title="No person touched this instance">
          What workers did is in the timeline; the audit log has people and clients.
        </Empty>
      }
    />
  );
}
