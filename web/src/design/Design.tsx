// What is being designed, and what is deployed to begin from.

import { Button, FileButton, Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { queries } from '../api/queries';
import type { Definition } from '../api/types';
import { type Column, DataTable } from '../parts/DataTable';
import { Empty } from '../parts/Empty';
import { Page } from '../parts/Page';
import { When } from '../parts/When';
import { type Draft, dropModel, keepModel, type Kind, useModels } from './drafts';
import { fileEnds, kindNames, newId, templateOf } from './templates';

export default function Design() {
  const models = useModels();
  const navigate = useNavigate();
  const definitions = useQuery(queries.definitions());
  const open = (draftId: string) => void navigate({ to: '/design/$draftId', params: { draftId } });
  const begin = (kind: Kind) => {
    const id = newId();
    keepModel({ id, kind, name: `New ${kindNames[kind]}`, content: templateOf(kind, id) });
    open(id);
  };
  const read = async (file: File | null) => {
    if (!file) return;
    const kind = (Object.keys(fileEnds) as Kind[]).find((it) => file.name.endsWith(fileEnds[it]));
    const id = newId();
    keepModel({ id, kind: kind ?? 'bpmn', name: file.name.replace(/\.\w+$/, ''), content: await file.text() });
    open(id);
  };
  return (
    <Page
      title="Design"
      place="Design"
      actions={
        <>
          <FileButton onChange={(file) => void read(file)} accept=".bpmn,.dmn,.form,.xml,.json">
            {(props) => (
              <Button {...props} size="xs" variant="default">
                Open file
              </Button>
            )}
          </FileButton>
          <Menu position="bottom-end">
            <Menu.Target>
              <Button size="xs">New…</Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => begin('bpmn')}>Process (BPMN)</Menu.Item>
              <Menu.Item onClick={() => begin('dmn')}>Decision (DMN)</Menu.Item>
              <Menu.Item onClick={() => begin('form')}>Form</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </>
      }
    >
      <h2>Drafts</h2>
      <p className="quiet">Kept in this browser only. Save a file to hand one on.</p>
      {models.length === 0 ? (
        <Empty title="No draft yet">
          Begin a new process, open a file, or open a deployed process below to change it.
        </Empty>
      ) : (
        <DataTable label="Drafts" columns={draftColumns} rows={models} keyOf={(row) => row.id} />
      )}
      <h2>Deployed</h2>
      <DataTable
        label="Deployed processes"
        columns={deployedColumns}
        rows={newest(definitions.data ?? [])}
        keyOf={(row) => row.processDefinitionKey}
      />
    </Page>
  );
}

function newest(all: Definition[]): Definition[] {
  const latest = new Map<string, Definition>();
  for (const it of all) {
    const known = latest.get(it.processDefinitionId);
    if (!known || it.version > known.version) latest.set(it.processDefinitionId, it);
  }
  return [...latest.values()];
}

const draftColumns: Column<Draft>[] = [
  {
    id: 'name',
    title: 'Name',
    cell: (row) => (
      <Link to="/design/$draftId" params={{ draftId: row.id }} className="strong">
        {row.name}
      </Link>
    ),
  },
  { id: 'kind', title: 'Kind', cell: (row) => kindNames[row.kind] },
  { id: 'changed', title: 'Changed', cell: (row) => <When at={row.changedAt} /> },
  {
    id: 'drop',
    title: '',
    cell: (row) => (
      <Button
        size="compact-xs"
        variant="subtle"
        onClick={() => confirm(`Delete the draft “${row.name}”?`) && dropModel(row.id)}
      >
        Delete
      </Button>
    ),
  },
];

const deployedColumns: Column<Definition>[] = [
  {
    id: 'name',
    title: 'Process',
    cell: (row) => (
      <Link to="/design/$draftId" params={{ draftId: `of-${row.processDefinitionKey}` }}>
        {row.name ?? row.processDefinitionId}
      </Link>
    ),
  },
  { id: 'id', title: 'Id', cell: (row) => row.processDefinitionId },
  { id: 'version', title: 'Version', align: 'right', cell: (row) => row.version },
];
