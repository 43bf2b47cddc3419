// What sources sent, with what became of it; and sending one by hand.

import { Button, Select, TextInput } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useCan } from '../api/may';
import { Empty } from '../parts/Empty';
import { Page } from '../parts/Page';
import { NothingFits, SearchList } from '../parts/SearchList';
import { signalColumns } from './signalColumns';
import { useListState } from '../parts/useListState';

const SendSignal = lazy(() => import('./SendSignal'));

export default function Received() {
  const { search, change, refilter } = useListState();
  const [isSending, setSending] = useState(false);
  const can = useCan();
  const filter = {
    ...(search.type ? { type: { $like: `${search.type}*` } } : {}),
    ...(search.source ? { source: { $like: `${search.source}*` } } : {}),
    ...(search.id ? { id: search.id } : {}),
    ...(search.matched ? { isMatched: search.matched === 'yes' } : {}),
  };
  const text = (name: string, label: string) => (
    <TextInput
      size="xs"
      aria-label={label}
      placeholder={label}
      value={search[name] ?? ''}
      onChange={(event) => refilter({ [name]: event.currentTarget.value || undefined })}
      data-filter={name === 'type' ? true : undefined}
    />
  );
  return (
    <Page
      title="Received"
      place="Signals"
      actions={
        can('CREATE', 'SIGNAL') && (
          <Button size="xs" onClick={() => setSending(true)}>
            Send a signal…
          </Button>
        )
      }
    >
      <p className="quiet">
        Every event of every source, once for its source and id. What a rule saw in it, it tells in an
        alert.
      </p>
      <div className="filters">
        {text('type', 'Type')}
        {text('source', 'Source')}
        {text('id', 'Id')}
        <Select
          size="xs"
          aria-label="Outcome"
          placeholder="Any outcome"
          clearable
          data={[
            { value: 'yes', label: 'A rule or check looked' },
            { value: 'no', label: 'Nothing looked' },
          ]}
          value={search.matched ?? null}
          onChange={(matched) => refilter({ matched: matched ?? undefined })}
        />
      </div>
      <SearchList
        path="/api/v1/signals/search"
        label="Received signals"
        file="signals"
        filter={filter}
        columns={signalColumns}
        keyOf={(row) => row.signalKey}
        state={search}
        onState={change}
        order="-receivedTime"
        empty={
          Object.keys(filter).length > 0 ? (
            <NothingFits
              onClear={() => refilter({ type: undefined, source: undefined, id: undefined, matched: undefined })}
            />
          ) : (
            <Empty title="No source sent anything yet">
              Sources send CloudEvents to <code>POST /api/v1/signals</code>. <em>Send a signal</em> does it
              from here and shows the call.
            </Empty>
          )
        }
      />
      <Suspense fallback={null}>
        {isSending && <SendSignal onClose={() => setSending(false)} />}
      </Suspense>
    </Page>
  );
}
