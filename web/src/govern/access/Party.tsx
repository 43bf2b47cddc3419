// One user, client, group or role: who belongs to it, what it may do.

import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useCan } from '../../api/may';
import { Confirm } from '../../parts/Confirm';
import { Empty, Skeleton } from '../../parts/Empty';
import { Fact } from '../../parts/Fact';
import { Failure } from '../../parts/Failure';
import { Page } from '../../parts/Page';
import { Missing } from '../../shell/Missing';
import { Grants } from './Grants';
import { Members, Memberships } from './Members';
import { resourceTypeOf } from './Parties';
import { accessCommands, accessQueries, kindAt, kindOf, type Kind } from './parties';
import { PartyDialog } from './PartyDialog';
import { Secret } from './Secret';

type Asked = 'change' | 'delete' | 'renew';

export default function Party() {
  const { kinds: path, partyId = '' } = useParams({ strict: false });
  const of = kindAt(path);
  return of ? <Shown key={`${of.kind} ${partyId}`} kind={of.kind} id={partyId} /> : <Missing />;
}

function Shown({ kind, id }: { kind: Kind; id: string }) {
  const { one, many, path } = kindOf(kind);
  const can = useCan();
  const navigate = useNavigate();
  const query = useQuery(accessQueries.parties(kind));
  const [asked, setAsked] = useState<Asked>();
  const [secret, setSecret] = useState<string>();
  const close = () => setAsked(undefined);
  if (query.error && !query.data) return <Failure error={query.error} doing={`read the ${one}`} />;
  if (!query.data) return <Skeleton />;
  const party = query.data.find((it) => it.id === id);
  const crumbs = (
    <Link to="/govern/access/$kinds" params={{ kinds: path }}>
      {many}
    </Link>
  );
  if (!party) {
    return (
      <Page title={`No such ${one}`} place="Govern" crumbs={crumbs}>
        <Empty title={`There is no ${one} ${id}`}>It never was here, was deleted, or you may not see it.</Empty>
      </Page>
    );
  }
  const type = resourceTypeOf(kind);
  return (
    <Page
      title={party.name || id}
      place="Govern"
      crumbs={crumbs}
      actions={
        <>
          {can('UPDATE', type) && kind !== 'CLIENT' && (
            <Button size="xs" variant="default" onClick={() => setAsked('change')}>
              Change…
            </Button>
          )}
          {can('UPDATE', type) && kind === 'CLIENT' && (
            <Button size="xs" variant="default" onClick={() => setAsked('renew')}>
              New secret…
            </Button>
          )}
          {can('DELETE', type) && (
            <Button size="xs" variant="default" onClick={() => setAsked('delete')}>
              Delete…
            </Button>
          )}
        </>
      }
    >
      <dl className="facts">
        <Fact name={kind === 'USER' ? 'User name' : 'Id'}>
          <code>{id}</code>
        </Fact>
        {party.email && <Fact name="E-mail">{party.email}</Fact>}
        {party.description && <Fact name="For">{party.description}</Fact>}
      </dl>
      <Members kind={kind} id={id} />
      <Memberships kind={kind} id={id} />
      <Grants owner={{ ownerType: kind, ownerId: id }} />
      {asked === 'change' && <PartyDialog kind={kind} party={party} onClose={close} />}
      {asked === 'delete' && (
        <Confirm
          title={`Delete ${one} ${id}`}
          call={accessCommands.deleteParty(kind, id)}
          action={`Delete the ${one}`}
          done={`${id} deleted`}
          typed={id}
          isDangerous
          onClose={close}
          onDone={() => void navigate({ to: '/govern/access/$kinds', params: { kinds: path } })}
        >
          <p>
            {kind === 'USER' || kind === 'CLIENT'
              ? 'Sessions, tokens, memberships and authorizations go too, at once. '
              : 'Its memberships and authorizations go too, at once. '}
            What it did stays in the audit log. It cannot be undone.
          </p>
        </Confirm>
      )}
      {asked === 'renew' && (
        <Confirm
          title={`A new secret for ${id}`}
          call={accessCommands.renewSecret(id)}
          action="Make a new secret"
          done="The old secret is no good any more"
          onClose={close}
          onDone={(answer) => setSecret((answer as { clientSecret: string }).clientSecret)}
        >
          <p>The old secret and all tokens made with it are no good any more, at once.</p>
        </Confirm>
      )}
      {secret && <Secret title={`The secret of ${id}`} secret={secret} onClose={() => setSecret(undefined)} />}
    </Page>
  );
}
