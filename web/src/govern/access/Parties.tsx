// All users, clients, groups or roles; making one.

import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useCan } from '../../api/may';
import type { Column } from '../../parts/DataTable';
import { Empty, Skeleton } from '../../parts/Empty';
import { Failure } from '../../parts/Failure';
import { Page } from '../../parts/Page';
import { Missing } from '../../shell/Missing';
import { accessQueries, kindAt, kindOf, type Kind, type Party } from './parties';
import { PartyDialog } from './PartyDialog';
import { WholeTable } from '../../parts/WholeTable';

export default function Parties() {
  const { kinds: path } = useParams({ strict: false });
  const of = kindAt(path);
  return of ? <List key={of.kind} kind={of.kind} /> : <Missing />;
}

function List({ kind }: { kind: Kind }) {
  const { one, many, about } = kindOf(kind);
  const can = useCan();
  const query = useQuery(accessQueries.parties(kind));
  const [isMaking, setMaking] = useState(false);
  if (query.error && !query.data) {
    return <Failure error={query.error} doing={`read the ${one}s`} retry={() => void query.refetch()} />;
  }
  if (!query.data) return <Skeleton />;
  const columns = columnsOf(kind);
  return (
    <Page
      title={many}
      place="Govern"
      actions={
        can('CREATE', resourceTypeOf(kind)) && (
          <Button size="xs" onClick={() => setMaking(true)}>
            New {one}…
          </Button>
        )
      }
    >
      <p className="quiet">{about}</p>
      {query.data.length === 0 ? (
        <Empty title={`There is no ${one} yet`} />
      ) : (
        <WholeTable label={many} file={many.toLowerCase()} columns={columns} rows={query.data} keyOf={(row) => row.id} />
      )}
      {isMaking && <PartyDialog kind={kind} onClose={() => setMaking(false)} />}
    </Page>
  );
}

/** Clients are users to the permissions. */
export function resourceTypeOf(kind: Kind): string {
  return kind === 'CLIENT' ? 'USER' : kind;
}

function columnsOf(kind: Kind): Column<Party>[] {
  const { path, one } = kindOf(kind);
  const columns: Column<Party>[] = [
    {
      id: 'id',
      title: one.charAt(0).toUpperCase() + one.slice(1),
      cell: (row) => (
        <Link to="/govern/access/$kinds/$partyId" params={{ kinds: path, partyId: row.id }} className="strong">
          {row.id}
        </Link>
      ),
      csv: (row) => row.id,
    },
    { id: 'name', title: 'Name', cell: (row) => row.name, csv: (row) => row.name },
  ];
  if (kind === 'USER') columns.push({ id: 'email', title: 'E-mail', cell: (row) => row.email, csv: (row) => row.email });
  if (kind === 'GROUP' || kind === 'ROLE') {
    columns.push({ id: 'description', title: 'For', cell: (row) => row.description, csv: (row) => row.description });
  }
  return columns;
}
