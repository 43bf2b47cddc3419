// Messages that wait for an instance, publishing one, and broadcasting a signal.

import { Button, Select } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useCan } from '../api/may';
import type { Message } from '../api/types';
import type { Column } from '../parts/DataTable';
import { Empty } from '../parts/Empty';
import { Page } from '../parts/Page';
import { NothingFits, SearchList } from '../parts/SearchList';
import { Status } from '../parts/Status';
import { When } from '../parts/When';

const MessageComposer = lazy(() => import('./MessageComposer'));
const SignalComposer = lazy(() => import('./SignalComposer'));

const STATES = ['BUFFERED', 'CORRELATED', 'EXPIRED'];

export default function Messages() {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const [composed, setComposed] = useState<'message' | 'signal'>();
  const can = useCan();
  const change = (next: Record<string, string | undefined>) =>
    void navigate({ to: '.', replace: true, search: { ...search, ...next } });
  return (
    <Page
      title="Messages"
      place="Operate"
      actions={
        can('CREATE', 'MESSAGE') && (
          <>
            <Button size="xs" variant="default" onClick={() => setComposed('signal')}>
              Broadcast signal
            </Button>
            <Button size="xs" onClick={() => setComposed('message')}>
              Publish message
            </Button>
          </>
        )
      }
    >
      <div className="filters">
        <Select
          data-filter
          aria-label="State"
          placeholder="Any state"
          size="xs"
          clearable
          data={STATES.map((value) => ({ value, label: value.charAt(0) + value.slice(1).toLowerCase() }))}
          value={search.state ?? null}
          onChange={(state) => change({ state: state ?? undefined, after: undefined, before: undefined })}
        />
      </div>
      <SearchList
        path="/api/v1/messages/search"
        label="Messages"
        file="messages"
        filter={search.state ? { state: search.state } : {}}
        columns={columns}
        keyOf={(row) => String(row.messageKey)}
        state={search}
        onState={(state) => change({ ...state })}
        order="-publicationTime"
        empty={
          search.state ? (
            <NothingFits onClear={() => change({ state: undefined })} />
          ) : (
            <Empty title="No message waits">
              A message for which nobody waits yet is kept here for its time to live.
            </Empty>
          )
        }
      />
      <Suspense fallback={null}>
        {composed === 'message' && <MessageComposer onClose={() => setComposed(undefined)} />}
        {composed === 'signal' && <SignalComposer onClose={() => setComposed(undefined)} />}
      </Suspense>
    </Page>
  );
}

const columns: Column<Message>[] = [
  { id: 'name', title: 'Name', sort: 'name', cell: (row) => <code>{row.name}</code>, csv: (row) => row.name },
  { id: 'key', title: 'Correlation key', sort: 'correlationKey', cell: (row) => row.correlationKey, csv: (row) => row.correlationKey },
  { id: 'state', title: 'State', sort: 'state', cell: (row) => <Status of={row.state} />, csv: (row) => row.state },
  { id: 'time', title: 'Published', sort: 'publicationTime', cell: (row) => <When at={row.publicationTime} />, csv: (row) => row.publicationTime },
  { id: 'deadline', title: 'Lives until', sort: 'deadline', cell: (row) => <When at={row.deadline} />, csv: (row) => row.deadline },
];
