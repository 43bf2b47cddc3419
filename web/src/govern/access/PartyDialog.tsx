// Makes or changes a user, a client, a group or a role.

import { PasswordInput, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Confirm } from '../../parts/Confirm';
import { accessCommands, kindOf, type Kind, type Party } from './parties';
import { Secret } from './Secret';

export function PartyDialog({ kind, party, onClose }: { kind: Kind; party?: Party; onClose: () => void }) {
  const { one, path } = kindOf(kind);
  const navigate = useNavigate();
  const [fields, setFields] = useState<Party>(party ?? { id: '', name: '', email: '', description: '' });
  const [password, setPassword] = useState('');
  const [secret, setSecret] = useState<string>();
  const set = (next: Partial<Party>) => setFields({ ...fields, ...next });
  const open = () =>
    void navigate({ to: '/govern/access/$kinds/$partyId', params: { kinds: path, partyId: fields.id } });
  if (secret) {
    return (
      <Secret
        title={`The secret of ${fields.id}`}
        secret={secret}
        onClose={() => {
          onClose();
          open();
        }}
      />
    );
  }
  const call = party
    ? accessCommands.updateParty(kind, fields, password)
    : accessCommands.createParty(kind, fields, password);
  // What is shown of the call is for others' eyes too.
  const shown = password ? { ...call, body: { ...(call.body as object), password: '…' } } : call;
  const needsPassword = kind === 'USER' && !party;
  return (
    <Confirm
      title={party ? `Change ${one} ${fields.id}` : `New ${one}`}
      call={call}
      shown={shown}
      action={party ? 'Change it' : `Make the ${one}`}
      done={party ? 'Changed' : `${fields.id} is there`}
      isHeld={fields.id === '' || (needsPassword && password === '')}
      keepsOpen={kind === 'CLIENT' && !party}
      onClose={onClose}
      onDone={(answer) => {
        const { clientSecret } = (answer ?? {}) as { clientSecret?: string };
        if (clientSecret) return setSecret(clientSecret);
        if (!party) open();
      }}
    >
      {!party && (
        <TextInput
          label={kind === 'USER' ? 'User name' : 'Id'}
          description="Letters, digits and _~@.+-; it stays."
          required
          data-autofocus
          autoComplete="off"
          value={fields.id}
          onChange={(event) => set({ id: event.currentTarget.value })}
        />
      )}
      <TextInput
        label="Name"
        description="What people call it."
        autoComplete="off"
        value={fields.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      {kind === 'USER' && (
        <>
          <TextInput
            label="E-mail"
            type="email"
            autoComplete="off"
            value={fields.email ?? ''}
            onChange={(event) => set({ email: event.currentTarget.value })}
          />
          <PasswordInput
            label={party ? 'New password' : 'Password'}
            description={
              party
                ? 'Empty: the old one stays. With a new one all sessions of the user end.'
                : 'At least 8 characters. Hand it on in a safe way; the user can change it.'
            }
            autoComplete="new-password"
            required={!party}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
        </>
      )}
      {(kind === 'GROUP' || kind === 'ROLE') && (
        <TextInput
          label="What it is for"
          value={fields.description ?? ''}
          onChange={(event) => set({ description: event.currentTarget.value })}
        />
      )}
    </Confirm>
  );
}
