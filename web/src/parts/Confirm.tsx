// A dialog before an action: what happens to what, whether it can be undone, and its REST call.

import { Button, Group, Modal, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Call } from '../api/curl';
import { Failure } from './Failure';
import { RestCall } from './RestCall';
import { useCommand } from './useCommand';

interface Props {
  title: string;
  children: ReactNode;
  call: Call;
  /** The button, as a verb and its object. */
  action: string;
  done: string;
  /** Must be typed first; for what cannot be undone. */
  typed?: string;
  isDangerous?: boolean;
  /** Something that is needed is not there yet. */
  isHeld?: boolean;
  /** The call as it is shown, where it holds a secret. */
  shown?: Call;
  /** The answer is shown here, by whoever asked. */
  keepsOpen?: boolean;
  onClose: () => void;
  onDone?: (answer: unknown) => void;
}

export function Confirm(props: Props) {
  const { title, children, call, action, done, typed, isDangerous, isHeld, keepsOpen, onClose, onDone } = props;
  const command = useCommand();
  const [word, setWord] = useState('');
  const submit = async () => {
    const sent = await command.run(call, done);
    if (!sent) return;
    onDone?.(sent.answer);
    if (!keepsOpen) onClose();
  };
  return (
    <Modal opened onClose={onClose} title={title} size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <div className="stack">
          {children}
          {typed && (
            <TextInput
              label={
                <>
                  Type <code>{typed}</code> to confirm
                </>
              }
              value={word}
              onChange={(event) => setWord(event.currentTarget.value)}
              data-autofocus
            />
          )}
          {command.error !== undefined && (
            <Failure error={command.error} doing={title.toLowerCase()} />
          )}
          <RestCall call={props.shown ?? call} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Keep as it is
            </Button>
            <Button
              type="submit"
              color={isDangerous ? 'red' : undefined}
              loading={command.isSending}
              disabled={isHeld || (typed !== undefined && word !== typed)}
            >
              {action}
            </Button>
          </Group>
        </div>
      </form>
    </Modal>
  );
}
