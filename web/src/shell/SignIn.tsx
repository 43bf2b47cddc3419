// Asks who is there, over the page that asked; what was typed beneath stays.

import { Button, Modal, PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { send } from '../api/client';
import { reconnect, refreshNow } from '../api/live';
import { Problem } from '../api/problem';
import { queries, queryClient } from '../api/queries';
import { signedIn, signIn } from '../api/session';
import { Failure } from '../parts/Failure';

export default function SignIn() {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [isSending, setSending] = useState(false);
  const [error, setError] = useState<unknown>();
  const submit = async () => {
    setSending(true);
    try {
      await send(signIn(username, password));
      // What another person read is not for this one; what was typed is kept by its field.
      const before = queryClient.getQueryData(queries.me().queryKey)?.username;
      if (before && before !== username) return location.reload();
      signedIn();
      reconnect();
      await refreshNow();
    } catch (caught) {
      setError(caught);
      setPassword('');
    } finally {
      setSending(false);
    }
  };
  const isWrong = error instanceof Problem && error.status === 401;
  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} title="Sign in to Segue" centered>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextInput
          label="User"
          name="username"
          autoComplete="username"
          required
          data-autofocus
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={isWrong ? 'This user with this password is not known.' : undefined}
        />
        {error !== undefined && !isWrong && <Failure error={error} doing="sign in" />}
        <Button type="submit" loading={isSending} disabled={username === '' || password === ''}>
          Sign in
        </Button>
      </form>
    </Modal>
  );
}
