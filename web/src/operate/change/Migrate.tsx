// The migration of an instance: another version is chosen, elements are mapped, the server says
// whether it can be done, and then it is.

import { Button, Checkbox, CloseButton, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';
import { send } from '../../api/client';
import { commands } from '../../api/commands';
import { queries } from '../../api/queries';
import type { Definition, ElementCounts } from '../../api/types';
import { Confirm } from '../../parts/Confirm';
import { type Column, DataTable } from '../../parts/DataTable';
import type { Mark } from '../../parts/Diagram';
import { useDraft } from '../../parts/drafts';
import { Skeleton } from '../../parts/Empty';
import { elementsOf, typeInWords } from '../../parts/elements';
import { Failure } from '../../parts/Failure';
import { Status } from '../../parts/Status';
import type { TabProps } from '../instance/shared';
import { Consequences, isCertain, usePreview } from './Consequences';
import { instructionsOf, type Mapping, type MappingRow, merged, rowsOf } from './mapping';

const Diagram = lazy(() => import('../../parts/Diagram'));

interface Props extends TabProps {
  counts: ElementCounts[];
  /** Key of the chosen definition. */
  target: string | undefined;
  onTarget: (target: string) => void;
  onClose: () => void;
}

export function Migrate(props: Props) {
  const { instance, target, onTarget, onClose } = props;
  const definitions = useQuery(queries.definitions());
  const others = candidates(definitions.data ?? [], instance.processDefinitionKey, instance.processDefinitionId);
  // The newest version of the same process is what people mean most often.
  const chosen = others.find((it) => it.processDefinitionKey === target) ?? others[0];
  return (
    <section className="change" aria-label="Migration">
      <header>
        <h2>Migrate this instance</h2>
        <span className="quiet">
          It goes on in another version. Jobs, tasks, incidents and variables stay as they are.
        </span>
        <CloseButton onClick={onClose} aria-label="Leave migration" />
      </header>
      {definitions.data && others.length === 0 && (
        <p>There is no other version or process to migrate to. Deploy one first.</p>
      )}
      {chosen && (
        <>
          <Select
            label="To"
            size="xs"
            w={360}
            searchable
            allowDeselect={false}
            data={others.map((it) => ({
              value: it.processDefinitionKey,
              label: `${it.name ?? it.processDefinitionId}, version ${it.version}`,
            }))}
            value={chosen.processDefinitionKey}
            onChange={(key) => key && onTarget(key)}
          />
          <MigrateTo {...props} key={chosen.processDefinitionKey} to={chosen} />
        </>
      )}
    </section>
  );
}

/** Versions of the same process before other processes, newer ones first. */
function candidates(all: Definition[], key: string, id: string): Definition[] {
  const rank = (it: Definition) => (it.processDefinitionId === id ? 0 : 1);
  return all
    .filter((it) => it.processDefinitionKey !== key)
    .sort((a, b) => rank(a) - rank(b) || b.version - a.version);
}

function MigrateTo(props: Props & { to: Definition }) {
  const { instance, model, counts, to, onClose } = props;
  const key = instance.processInstanceKey;
  const target = to.processDefinitionKey;
  const xml = useQuery(queries.definitionXml(target));
  const there = useMemo(() => elementsOf(xml.data ?? '<none/>'), [xml.data]);
  const draft = useDraft(`migrate.${key}.${target}`, '{}');
  const byHand = useMemo(() => JSON.parse(draft.text) as Mapping, [draft.text]);
  const [isAll, setAll] = useState(false);
  const [isApplying, setApplying] = useState(false);
  const proposal = useQuery({
    queryKey: ['proposal', key, target, instance.processDefinitionKey],
    queryFn: async () => {
      const found = await send<{ mappingInstructions: { sourceElementId: string; targetElementId: string }[] }>({
        method: 'POST',
        path: `/api/v1/process-instances/${key}/migration-proposal`,
        body: { targetProcessDefinitionKey: target },
      });
      return Object.fromEntries(found.mappingInstructions.map((it) => [it.sourceElementId, it.targetElementId])) as Mapping;
    },
  });
  const mapping = useMemo(() => merged(proposal.data ?? {}, byHand), [proposal.data, byHand]);
  const body = { targetProcessDefinitionKey: target, mappingInstructions: instructionsOf(mapping) };
  const preview = usePreview(
    proposal.data && { method: 'POST', path: `/api/v1/process-instances/${key}/migration-preview`, body },
  );
  if (proposal.error) return <Failure error={proposal.error} doing="ask for a mapping" />;
  if (!proposal.data || !xml.data) return <Skeleton />;
  const rows = rowsOf(model, there, counts, mapping, proposal.data);
  const shown = isAll ? rows : rows.filter((it) => it.active > 0);
  const name = `${to.name ?? to.processDefinitionId}, version ${to.version}`;
  const choose = (id: string, next: string) => draft.setText(JSON.stringify({ ...byHand, [id]: next }));
  return (
    <>
      <div className="change-columns is-two">
        <div>
          <h3>Which element is which</h3>
          <DataTable label="Mapping" columns={mappingColumns(choose)} rows={shown} keyOf={(row) => row.id} />
          <Checkbox
            size="xs"
            mt="xs"
            label={`Show elements without tokens too (${rows.length - rows.filter((it) => it.active > 0).length})`}
            checked={isAll}
            onChange={(event) => setAll(event.currentTarget.checked)}
          />
        </div>
        <div>
          <h3>What would happen</h3>
          <Consequences preview={preview} model={there} />
          <Button size="xs" mt="sm" disabled={!isCertain(preview)} onClick={() => setApplying(true)}>
            Migrate…
          </Button>
        </div>
      </div>
      <h3>Where its tokens will be in {name}</h3>
      <Suspense fallback={<Skeleton rows={4} />}>
        <Diagram
          xml={xml.data}
          label={`Diagram of ${name} with the tokens after the migration; the mapping says the same in words`}
          marks={landing(rows)}
        />
      </Suspense>
      {isApplying && (
        <Confirm
          title={`Migrate to ${name}`}
          call={commands.migrateInstance(key, body)}
          action="Migrate the instance"
          done={`Instance runs ${name}`}
          typed="migrate"
          onClose={() => setApplying(false)}
          onDone={() => {
            draft.forget();
            onClose();
          }}
        >
          <p>
            {instance.processDefinitionName ?? instance.processDefinitionId}{' '}
            {instance.businessId ?? key} leaves version {instance.processDefinitionVersion} and runs{' '}
            {name} from now on. It can be migrated back as long as its tokens have a place there.
          </p>
        </Confirm>
      )}
    </>
  );
}

function landing(rows: MappingRow[]): Mark[] {
  return rows
    .filter((it) => it.active > 0 && it.target !== '')
    .map((it) => ({
      elementId: it.target,
      kind: 'active',
      text: `● ${it.active > 1 ? it.active : ''}`.trim(),
      title: `${it.active} from ${it.name}`,
    }));
}

function mappingColumns(choose: (id: string, next: string) => void): Column<MappingRow>[] {
  return [
    {
      id: 'element',
      title: 'Element now',
      cell: (row) => (
        <>
          {row.name} <span className="quiet">{typeInWords(row.type)}</span>
        </>
      ),
    },
    { id: 'tokens', title: 'Tokens', align: 'right', cell: (row) => row.active || <span className="quiet">0</span> },
    {
      id: 'target',
      title: 'Becomes',
      cell: (row) => (
        <Select
          size="xs"
          aria-label={`${row.name} becomes`}
          placeholder={row.options.length === 0 ? `No ${typeInWords(row.type)} there` : 'Not mapped'}
          disabled={row.options.length === 0}
          clearable
          searchable
          data={row.options.map((it) => ({ value: it.id, label: it.name === it.id ? it.id : `${it.name} (${it.id})` }))}
          value={row.target || null}
          onChange={(next) => choose(row.id, next ?? '')}
        />
      ),
    },
    {
      id: 'state',
      title: '',
      cell: (row) =>
        row.isMissing ? (
          <Status of="WARNING" word="Needs a place" />
        ) : row.isProposed ? (
          <span className="quiet">same id</span>
        ) : (
          row.target && <span className="quiet">by hand</span>
        ),
    },
  ];
}
