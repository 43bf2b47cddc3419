// How long the history of ended instances is kept, by process, and the purge that deletes it.

import { Button, Group, Modal, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { commands } from '../api/commands';
import { useCan } from '../api/may';
import { queries } from '../api/queries';
import { Confirm } from '../parts/Confirm';
import type { Column } from '../parts/DataTable';
import { Empty, Skeleton } from '../parts/Empty';
import { Failure } from '../parts/Failure';
import { Page } from '../parts/Page';
import { RestCall } from '../parts/RestCall';
import { Status } from '../parts/Status';
import { useCommand } from '../parts/useCommand';
import { WholeTable } from '../parts/WholeTable';

interface Row {
  processDefinitionId: string;
  timeToLive?: string | null;
  source: string;
}

export default function Retention() {
  const retention = useQuery(queries.retention());
  const [edited, setEdited] = useState<Row>();
  const [isPausing, setPausing] = useState(false);
  const command = useCommand();
  const mayChange = useCan()('UPDATE', 'SYSTEM');
  if (retention.error) return <Failure error={retention.error} doing="read the retention" />;
  if (!retention.data) return <Skeleton />;
  const it = retention.data;
  const columns: Column<Row>[] = [
    { id: 'process', title: 'Process', cell: (row) => <strong>{row.processDefinitionId}</strong>, csv: (row) => row.processDefinitionId },
    { id: 'kept', title: 'Kept after its end', cell: (row) => row.timeToLive ?? 'for ever', csv: (row) => row.timeToLive },
    { id: 'source', title: 'Set by', cell: (row) => row.source.toLowerCase(), csv: (row) => row.source },
    {
      id: 'edit',
      title: '',
      cell: (row) => mayChange && (
        <Group gap="xs">
          <Button size="compact-xs" variant="subtle" onClick={() => setEdited(row)}>
            Change…
          </Button>
          {row.source === 'PROCESS' && (
            <Button
              size="compact-xs"
              variant="subtle"
              onClick={() => void command.run(commands.resetRetention(row.processDefinitionId), 'Back to the default')}
            >
              Reset
            </Button>
          )}
        </Group>
      ),
    },
  ];
  return (
    <Page
      title="Retention"
      place="Govern"
      status={<Status of={it.paused ? 'SUSPENDED' : 'ACTIVE'} word={it.paused ? 'Purge paused' : it.working ? 'Purging' : 'Up to date'} />}
      actions={
        !mayChange ? null : it.paused ? (
          <Button size="xs" onClick={() => void command.run(commands.resumePurge(), 'Purge goes on')}>
            Resume the purge
          </Button>
        ) : (
          <Button size="xs" variant="default" onClick={() => setPausing(true)}>
            Pause the purge…
          </Button>
        )
      }
    >
      <p className="quiet">
        Without a rule of its own a process keeps its history {it.defaultTimeToLive ?? 'for ever'}.{' '}
        {it.purgedInstances} instances were deleted so far.
      </p>
      {command.error !== undefined && <Failure error={command.error} doing="change the retention" />}
      {it.processes.length === 0 ? (
        <Empty title="No process is deployed" />
      ) : (
        <WholeTable label="Retention" file="retention" columns={columns} rows={it.processes} keyOf={(row) => row.processDefinitionId} />
      )}
      {edited && <Edit row={edited} onClose={() => setEdited(undefined)} />}
      {isPausing && (
        <Confirm
          title="Pause the purge"
          call={commands.pausePurge()}
          action="Pause the purge"
          done="Purge paused"
          onClose={() => setPausing(false)}
        >
          <p>Nothing is deleted until somebody resumes it; history grows meanwhile.</p>
        </Confirm>
      )}
    </Page>
  );
}

function Edit({ row, onClose }: { row: Row; onClose: () => void }) {
  const [ttl, setTtl] = useState(row.timeToLive ?? '');
  const command = useCommand();
  const call = commands.setRetention(row.processDefinitionId, ttl || null);
  const submit = async () => {
    if (await command.run(call, 'Retention changed')) onClose();
  };
  return (
    <Modal opened onClose={onClose} title={`Retention of ${row.processDefinitionId}`}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextInput
          label="Kept after the end of an instance"
          description="An ISO 8601 duration, for example P30D; empty keeps it for ever. What is older is deleted soon after and cannot be restored."
          value={ttl}
          onChange={(event) => setTtl(event.currentTarget.value)}
        />
        {command.error !== undefined && <Failure error={command.error} doing="change the retention" />}
        <RestCall call={call} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={command.isSending}>
            Change retention
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
