// Work that programs did or still have to do for this instance.

import type { Job } from '../../api/types';
import type { Column } from '../../parts/DataTable';
import { Empty } from '../../parts/Empty';
import { Key } from '../../parts/Key';
import { Status } from '../../parts/Status';
import { When } from '../../parts/When';
import { InstanceSearch } from './InstanceSearch';
import { nameOf, type TabProps } from './shared';

export function InstanceJobs(props: TabProps) {
  const columns: Column<Job>[] = [
    { id: 'element', title: 'Element', cell: (row) => nameOf(props.model, row.elementId ?? '') },
    { id: 'type', title: 'Type', cell: (row) => <code>{row.type}</code>, csv: (row) => row.type },
    { id: 'state', title: 'State', cell: (row) => <Status of={row.state} />, csv: (row) => row.state },
    { id: 'worker', title: 'Worker', cell: (row) => row.worker, csv: (row) => row.worker },
    { id: 'retries', title: 'Retries', align: 'right', cell: (row) => row.retries },
    { id: 'created', title: 'Created', cell: (row) => <When at={row.creationTime} />, csv: (row) => row.creationTime },
    { id: 'ended', title: 'Ended', cell: (row) => <When at={row.endTime} />, csv: (row) => row.endTime },
    {
      id: 'error',
      title: 'Last error',
      cell: (row) => row.errorMessage ?? row.errorCode ?? '',
      csv: (row) => row.errorMessage,
    },
    { id: 'key', title: 'Key', cell: (row) => <Key of={row.jobKey} />, csv: (row) => row.jobKey },
  ];
  return (
    <InstanceSearch
      {...props}
      path="/v2/jobs/search"
      label="Jobs"
      order="-creationTime"
      columns={columns}
      keyOf={(row) => row.jobKey}
      empty={<Empty title="No job was created here">A service task creates one for a worker.</Empty>}
    />
  );
}
