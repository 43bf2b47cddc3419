// Messages the instance waits for or received, and sending one it waits for.

import { Button } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useCan } from '../../api/may';
import type { Subscription } from '../../api/types';
import type { Column } from '../../parts/DataTable';
import { Empty } from '../../parts/Empty';
import { Status } from '../../parts/Status';
import { When } from '../../parts/When';
import { InstanceSearch } from './InstanceSearch';
import { nameOf, type TabProps } from './shared';

const MessageComposer = lazy(() => import('../MessageComposer'));

export function InstanceMessages(props: TabProps) {
  const [answered, setAnswered] = useState<Subscription>();
  const can = useCan();
  const columns: Column<Subscription>[] = [
    { id: 'name', title: 'Message', cell: (row) => <code>{row.messageName}</code>, csv: (row) => row.messageName },
    { id: 'correlation', title: 'Correlation key', cell: (row) => row.correlationKey, csv: (row) => row.correlationKey },
    { id: 'element', title: 'Element', cell: (row) => nameOf(props.model, row.elementId) },
    {
      id: 'state',
      title: 'State',
      cell: (row) => (
        <Status
          of={row.messageSubscriptionState}
          word={row.messageSubscriptionState === 'CREATED' ? 'Waiting' : undefined}
        />
      ),
      csv: (row) => row.messageSubscriptionState,
    },
    { id: 'updated', title: 'Since', cell: (row) => <When at={row.lastUpdatedDate} />, csv: (row) => row.lastUpdatedDate },
    {
      id: 'send',
      title: '',
      cell: (row) =>
        row.messageSubscriptionState === 'CREATED' &&
        can('CREATE', 'MESSAGE', row.messageName) && (
          <Button size="compact-xs" variant="subtle" onClick={() => setAnswered(row)}>
            Send
          </Button>
        ),
    },
  ];
  return (
    <>
      <InstanceSearch
        {...props}
        path="/v2/message-subscriptions/search"
        label="Messages"
        order="-lastUpdatedDate"
        columns={columns}
        keyOf={(row) => row.messageSubscriptionKey}
        empty={<Empty title="It waits for no message" />}
      />
      {answered && (
        <Suspense fallback={null}>
        <MessageComposer
          name={answered.messageName}
          correlationKey={answered.correlationKey ?? ''}
          onClose={() => setAnswered(undefined)}
        />
        </Suspense>
      )}
    </>
  );
}
