// What the instance knows, by scope, and setting it.

import { Button, Group, Modal, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { commands } from '../../api/commands';
import { useCan } from '../../api/may';
import { found } from '../../api/queries';
import type { Variable } from '../../api/types';
import type { Column } from '../../parts/DataTable';
import { Empty, Skeleton } from '../../parts/Empty';
import { Failure } from '../../parts/Failure';
import { parseJson } from '../../parts/json';
import { JsonField } from '../../parts/JsonField';
import { RestCall } from '../../parts/RestCall';
import { useCommand } from '../../parts/useCommand';
import { nameOf, type TabProps } from './shared';
import { WholeTable } from '../../parts/WholeTable';

const ROWS_MAX = 1_000;

interface Edited {
  name: string;
  scopeKey: string;
  value: string;
  /** Before the edit, to show what changes. */
  old?: string;
}

export function Variables({ instance, model, element }: TabProps) {
  const can = useCan();
  const [edited, setEdited] = useState<Edited>();
  const filter = { processInstanceKey: instance.processInstanceKey };
  const variables = useQuery(
    found('/v2/variables/search', {
      filter,
      sort: [{ field: 'name', order: 'ASC' }],
      page: { limit: ROWS_MAX },
    }),
  );
  const scopes = useQuery(
    found('/v2/element-instances/search', { filter, page: { limit: ROWS_MAX } }),
  );
  if (variables.error && !variables.data) {
    return <Failure error={variables.error} doing="read the variables" />;
  }
  if (!variables.data) return <Skeleton />;
  const elementOf = new Map(scopes.data?.items.map((it) => [it.elementInstanceKey, it]));
  const scopeName = (key: string) =>
    key === instance.processInstanceKey
      ? 'the process'
      : nameOf(model, elementOf.get(key)?.elementId) || key;
  const isRunning = instance.state === 'ACTIVE' || instance.state === 'SUSPENDED';
  const mayChange = can('UPDATE_PROCESS_INSTANCE', 'PROCESS_DEFINITION', instance.processDefinitionId);
  const isOpen = (key: string) =>
    mayChange && isRunning && (key === instance.processInstanceKey || elementOf.get(key)?.state === 'ACTIVE');
  const rows = variables.data.items.filter(
    (it) => !element || elementOf.get(it.scopeKey)?.elementId === element,
  );
  const columns: Column<Variable>[] = [
    { id: 'name', title: 'Name', cell: (row) => <code className="strong">{row.name}</code>, csv: (row) => row.name },
    { id: 'value', title: 'Value', cell: (row) => <Value of={row.value} />, csv: (row) => row.value },
    { id: 'scope', title: 'In', cell: (row) => scopeName(row.scopeKey), csv: (row) => scopeName(row.scopeKey) },
    {
      id: 'edit',
      title: '',
      cell: (row) =>
        isOpen(row.scopeKey) && (
          <Button
            size="compact-xs"
            variant="subtle"
            aria-label={`Edit ${row.name}`}
            onClick={() => setEdited({ ...row, value: pretty(row.value), old: pretty(row.value) })}
          >
            Edit
          </Button>
        ),
    },
  ];
  const openScopes = [
    { value: instance.processInstanceKey, label: 'the process' },
    ...(scopes.data?.items ?? [])
      .filter((it) => it.state === 'ACTIVE' && it.type !== 'PROCESS')
      .map((it) => ({ value: it.elementInstanceKey, label: nameOf(model, it.elementId) })),
  ];
  return (
    <div className="stack">
      {mayChange && isRunning && (
        <Group>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => setEdited({ name: '', scopeKey: instance.processInstanceKey, value: '""' })}
          >
            Add variable
          </Button>
        </Group>
      )}
      {rows.length === 0 ? (
        <Empty title="No variables here" />
      ) : (
        <WholeTable label="Variables" file={`variables-${instance.processInstanceKey}`} columns={columns} rows={rows} keyOf={(row) => row.variableKey} />
      )}
      {edited && (
        <EditVariable edited={edited} scopes={openScopes} onClose={() => setEdited(undefined)} />
      )}
    </div>
  );
}

export function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

const SHORT = 90;

function Value({ of }: { of: string }) {
  if (of.length <= SHORT) return <code className="value">{of}</code>;
  return (
    <details className="value">
      <summary>
        <code>{of.slice(0, SHORT)}…</code>
      </summary>
      <pre tabIndex={0}>{pretty(of)}</pre>
    </details>
  );
}

export function EditVariable({
  edited,
  scopes,
  onClose,
}: {
  edited: Edited;
  scopes: { value: string; label: string }[];
  onClose: () => void;
}) {
  const [name, setName] = useState(edited.name);
  const [scopeKey, setScopeKey] = useState(edited.scopeKey);
  const [text, setText] = useState(edited.value);
  const command = useCommand();
  const { value, error } = parseJson(text, 'any');
  const call = commands.setVariables(scopeKey, { [name]: value }, true);
  const submit = async () => {
    if (await command.run(call, `${name} set`)) onClose();
  };
  return (
    <Modal opened onClose={onClose} title={edited.name ? `Edit ${edited.name}` : 'Add a variable'} size="lg">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {!edited.name && (
          <>
            <TextInput label="Name" value={name} onChange={(event) => setName(event.currentTarget.value)} />
            <Select
              label="In"
              data={scopes}
              value={scopeKey}
              allowDeselect={false}
              onChange={(key) => key && setScopeKey(key)}
            />
          </>
        )}
        <JsonField label="Value (JSON)" kind="any" value={text} onChange={setText} />
        {edited.old !== undefined && edited.old !== text && (
          <div className="diff" aria-label="What changes">
            <pre className="diff-old">{edited.old}</pre>
            <pre className="diff-new">{text}</pre>
          </div>
        )}
        {command.error !== undefined && <Failure error={command.error} doing="set the variable" />}
        <RestCall call={call} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={command.isSending} disabled={error !== undefined || !name}>
            Set {name}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
