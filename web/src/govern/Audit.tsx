// Who did what, on whose behalf; filtered, exported, and whether the chain still holds.

import { Button, Select, TextInput } from '@mantine/core';
import { Empty } from '../parts/Empty';
import { Page } from '../parts/Page';
import { NothingFits, SearchList } from '../parts/SearchList';
import { inWords } from '../parts/Status';
import { useListState } from '../parts/useListState';
import { auditColumns } from './auditColumns';
import { useVerification } from './Verify';

const ENTITIES = [
  'BATCH', 'DECISION', 'INCIDENT', 'JOB', 'PROCESS_INSTANCE', 'RESOURCE', 'USER_TASK', 'VARIABLE',
];

export default function Audit() {
  const { search, change, refilter } = useListState();
  const verification = useVerification();
  const filter = {
    ...(search.process ? { processDefinitionId: search.process } : {}),
    ...(search.actor ? { actorId: { $like: `${search.actor}*` } } : {}),
    ...(search.entity ? { entityType: search.entity } : {}),
  };
  return (
    <Page
      title="Audit"
      place="Govern"
      actions={
        <>
          {verification.button}
          <Button component="a" size="xs" variant="default" href="/api/v1/export/audit?format=csv" download="audit.csv">
            Whole log as CSV
          </Button>
        </>
      }
    >
      <p className="quiet">
        Written in the same transaction as what it tells, in a chain of hashes that shows whether a byte
        was changed. What workers did is in the timeline of each instance.
      </p>
      {verification.result}
      <div className="filters">
        <TextInput
          data-filter
          size="xs"
          aria-label="Who"
          placeholder="Who"
          value={search.actor ?? ''}
          onChange={(event) => refilter({ actor: event.currentTarget.value || undefined })}
        />
        <Select
          size="xs"
          aria-label="What kind of thing"
          placeholder="Anything"
          clearable
          data={ENTITIES.map((value) => ({ value, label: inWords(value) }))}
          value={search.entity ?? null}
          onChange={(entity) => refilter({ entity: entity ?? undefined })}
        />
      </div>
      <SearchList
        path="/v2/audit-logs/search"
        label="Audit log"
        file="audit"
        filter={filter}
        columns={auditColumns}
        keyOf={(row) => row.auditLogKey}
        state={search}
        onState={change}
        order="-timestamp"
        empty={
          Object.keys(filter).length > 0 ? (
            <NothingFits onClear={() => refilter({ actor: undefined, entity: undefined, process: undefined })} />
          ) : (
            <Empty title="Nobody did anything yet" />
          )
        }
      />
    </Page>
  );
}
