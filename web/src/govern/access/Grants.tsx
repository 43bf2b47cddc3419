// Authorizations: what is granted to one owner, or to all; giving, changing, taking back.

import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useCan } from '../../api/may';
import { Confirm } from '../../parts/Confirm';
import type { Column } from '../../parts/DataTable';
import { Empty, Skeleton } from '../../parts/Empty';
import { Failure } from '../../parts/Failure';
import { inWords } from '../../parts/Status';
import { GrantDialog } from './GrantDialog';
import { PartyLink } from './Members';
import { accessCommands, accessQueries, type Grant, type Kind } from './parties';
import { permissionInWords } from './permissions';
import { WholeTable } from '../../parts/WholeTable';

interface Owner {
  ownerType: Kind;
  ownerId: string;
}

export function Grants({ owner, resourceType }: { owner?: Owner; resourceType?: string }) {
  const can = useCan();
  const mayRead = can('READ', 'AUTHORIZATION');
  const query = useQuery({
    ...accessQueries.grants({ ...owner, ...(resourceType ? { resourceType } : {}) }),
    enabled: mayRead,
  });
  const [edited, setEdited] = useState<Grant | 'new'>();
  const [taken, setTaken] = useState<Grant>();
  if (!mayRead) return null;
  if (query.error && !query.data) return <Failure error={query.error} doing="read the authorizations" />;
  if (!query.data) return <Skeleton rows={2} />;
  const columns: Column<Grant>[] = [
    ...(owner ? [] : ownerColumns),
    ...resourceColumns,
    {
      id: 'actions',
      title: '',
      cell: (row) => (
        <Group gap="xs" wrap="nowrap">
          {can('UPDATE', 'AUTHORIZATION') && (
            <Button size="compact-xs" variant="subtle" onClick={() => setEdited(row)}>
              Change…
            </Button>
          )}
          {can('DELETE', 'AUTHORIZATION') && (
            <Button size="compact-xs" variant="subtle" onClick={() => setTaken(row)}>
              Take back…
            </Button>
          )}
        </Group>
      ),
    },
  ];
  return (
    <section aria-label="Authorizations">
      <WholeTable
        label="Authorizations"
        file="authorizations"
        columns={columns}
        rows={query.data}
        keyOf={(row) => row.authorizationKey}
        title={owner && <h2>What it may do by itself</h2>}
        actions={
          can('CREATE', 'AUTHORIZATION') && (
            <Button size="xs" variant={owner ? 'default' : 'filled'} onClick={() => setEdited('new')}>
              Grant…
            </Button>
          )
        }
        empty={
          <Empty title="Nothing is granted">
            {owner ? 'It may still do what its groups and roles may.' : 'Nobody but administrators may do anything.'}
          </Empty>
        }
      />
      {edited && (
        <GrantDialog grant={edited === 'new' ? undefined : edited} owner={owner} onClose={() => setEdited(undefined)} />
      )}
      {taken && (
        <Confirm
          title="Take an authorization back"
          call={accessCommands.takeBack(taken.authorizationKey)}
          action="Take it back"
          done="Taken back"
          isDangerous
          onClose={() => setTaken(undefined)}
        >
          <p>
            {inWords(taken.ownerType)} <strong>{taken.ownerId}</strong> may no longer, unless something else lets it:
          </p>
          <ul>
            {taken.permissionTypes.map((it) => (
              <li key={it}>
                {permissionInWords(taken.resourceType, it)} ({taken.resourceId})
              </li>
            ))}
          </ul>
        </Confirm>
      )}
    </section>
  );
}

const ownerColumns: Column<Grant>[] = [
  { id: 'type', title: 'Granted to', cell: (row) => inWords(row.ownerType), csv: (row) => row.ownerType },
  { id: 'owner', title: 'Who', cell: (row) => <PartyLink kind={row.ownerType} id={row.ownerId} />, csv: (row) => row.ownerId },
];

const resourceColumns: Column<Grant>[] = [
  { id: 'resource', title: 'On', cell: (row) => inWords(row.resourceType), csv: (row) => row.resourceType },
  {
    id: 'id',
    title: 'Which',
    cell: (row) => (row.resourceId === '*' ? 'all' : <code>{row.resourceId}</code>),
    csv: (row) => row.resourceId,
  },
  {
    id: 'permissions',
    title: 'May',
    cell: (row) => row.permissionTypes.map((it) => permissionInWords(row.resourceType, it)).join('; '),
    csv: (row) => row.permissionTypes.join(' '),
  },
];
