// What belongs to whoever is signed in: the password, and tokens for programs that act for them.

import '../style/closure.css';
import { Button, Group, PasswordInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client, data } from '../api/client';
import type { Call } from '../api/curl';
import { queries } from '../api/queries';
import type { components } from '../api/schema';
import { Confirm } from '../parts/Confirm';
import { type Column, DataTable } from '../parts/DataTable';
import { Empty, Skeleton } from '../parts/Empty';
import { Fact } from '../parts/Fact';
import { Failure } from '../parts/Failure';
import { Page } from '../parts/Page';
import { useCommand } from '../parts/useCommand';
import { When } from '../parts/When';
import { Secret } from '../govern/access/Secret';

type Token = components['schemas']['TokenResult'];

const tokens = {
  queryKey: ['tokens'],
  queryFn: async () => (await data(client.GET('/api/v1/tokens'))).items,
};

export default function Account() {
  const me = useQuery(queries.me());
  const session = useQuery(queries.session());
  if (!me.data || !session.data) return <Skeleton />;
  const { username, displayName, email, groups, roles } = me.data;
  if (!session.data.authentication) {
    return (
      <Page title="Account" place="Account">
        <Empty title="This server asks nobody who they are">
          Everybody is <code>{username}</code>. With <code>--authentication local</code> it has users with
          passwords, and tokens for programs.
        </Empty>
      </Page>
    );
  }
  return (
    <Page title={displayName || username} place="Account">
      <dl className="facts">
        <Fact name="User name">
          <code>{username}</code>
        </Fact>
        {email && <Fact name="E-mail">{email}</Fact>}
        <Fact name="Groups">{groups.join(', ') || 'none'}</Fact>
        <Fact name="Roles">{roles.join(', ') || 'none'}</Fact>
      </dl>
      <Tokens />
      <Password />
    </Page>
  );
}

function Tokens() {
  const query = useQuery(tokens);
  const [isMaking, setMaking] = useState(false);
  const [ended, setEnded] = useState<Token>();
  const [secret, setSecret] = useState<string>();
  return (
    <>
      <div className="list-bar">
        <h2>API tokens</h2>
        <span className="fill" />
        <Button size="xs" variant="default" onClick={() => setMaking(true)}>
          New token…
        </Button>
      </div>
      <p className="quiet">
        A program that sends one in <code>Authorization: Bearer</code> acts for you, with what you may do.
      </p>
      {query.error && <Failure error={query.error} doing="read your tokens" />}
      {query.data?.length === 0 && <Empty title="You have no token" />}
      {query.data && query.data.length > 0 && (
        <DataTable label="API tokens" columns={tokenColumns(setEnded)} rows={query.data} keyOf={(row) => row.tokenId} />
      )}
      {isMaking && <NewToken onClose={() => setMaking(false)} onMade={setSecret} />}
      {ended && (
        <Confirm
          title={`Delete token ${ended.name}`}
          call={{ method: 'DELETE', path: `/api/v1/tokens/${ended.tokenId}` }}
          action="Delete the token"
          done="Token deleted"
          isDangerous
          onClose={() => setEnded(undefined)}
        >
          <p>Programs that use it are refused from now on. It cannot be undone.</p>
        </Confirm>
      )}
      {secret && <Secret title="Your new token" secret={secret} onClose={() => setSecret(undefined)} />}
    </>
  );
}

function NewToken({ onClose, onMade }: { onClose: () => void; onMade: (token: string) => void }) {
  const [name, setName] = useState('');
  const [until, setUntil] = useState('');
  const expiresAt = until ? new Date(until).toISOString() : undefined;
  const call: Call = { method: 'POST', path: '/api/v1/tokens', body: { name, ...(expiresAt ? { expiresAt } : {}) } };
  return (
    <Confirm
      title="New token"
      call={call}
      action="Make the token"
      done="Token made"
      isHeld={name === ''}
      onClose={onClose}
      onDone={(answer) => onMade((answer as { token: string }).token)}
    >
      <TextInput
        label="What it is for"
        required
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        type="datetime-local"
        label="Good until (your time zone)"
        description="Empty: until it is deleted."
        value={until}
        onChange={(event) => setUntil(event.currentTarget.value)}
      />
    </Confirm>
  );
}

function tokenColumns(onDelete: (token: Token) => void): Column<Token>[] {
  return [
    { id: 'name', title: 'For', cell: (row) => row.name },
    { id: 'made', title: 'Made', cell: (row) => <When at={row.createdAt} /> },
    { id: 'until', title: 'Good until', cell: (row) => (row.expiresAt ? <When at={row.expiresAt} /> : 'it is deleted') },
    {
      id: 'delete',
      title: '',
      cell: (row) => (
        <Button size="compact-xs" variant="subtle" onClick={() => onDelete(row)}>
          Delete…
        </Button>
      ),
    },
  ];
}

function Password() {
  const [currentPassword, setCurrent] = useState('');
  const [newPassword, setNew] = useState('');
  const command = useCommand();
  const call: Call = { method: 'PUT', path: '/api/v1/password', body: { currentPassword, newPassword } };
  const submit = async () => {
    if (!(await command.run(call, 'Password changed: sign in with it'))) return;
    setCurrent('');
    setNew('');
  };
  return (
    <>
      <h2>Password</h2>
      <form
        className="stack narrow"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <PasswordInput
          label="The one so far"
          autoComplete="current-password"
          value={currentPassword}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <PasswordInput
          label="The new one"
          description="At least 8 characters. All your sessions end, this one too."
          autoComplete="new-password"
          value={newPassword}
          onChange={(event) => setNew(event.currentTarget.value)}
        />
        {command.error !== undefined && <Failure error={command.error} doing="change the password" />}
        <Group>
          <Button type="submit" size="xs" variant="default" loading={command.isSending} disabled={!currentPassword || !newPassword}>
            Change password
          </Button>
        </Group>
      </form>
    </>
  );
}
