// Broadcasts a BPMN signal to everybody who waits for it now.

import { Button, Group, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import { commands } from '../api/commands';
import { Failure } from '../parts/Failure';
import { parseJson } from '../parts/json';
import { JsonField } from '../parts/JsonField';
import { RestCall } from '../parts/RestCall';
import { useCommand } from '../parts/useCommand';

export default function SignalComposer({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [text, setText] = useState('{}');
  const command = useCommand();
  const { value, error } = parseJson(text, 'object');
  const call = commands.broadcastSignal(name, value ?? {});
  const submit = async () => {
    if (await command.run(call, `Signal ${name} broadcast`)) onClose();
  };
  return (
    <Modal opened onClose={onClose} title="Broadcast a signal" size="lg">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <p className="quiet">
          A signal reaches everybody who waits for it at this moment, in every process, and starts
          what begins with it. It is not kept for those who come later.
        </p>
        <TextInput
          label="Name of the signal"
          required
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <JsonField label="Variables" value={text} onChange={setText} rows={3} />
        {command.error !== undefined && <Failure error={command.error} doing="broadcast the signal" />}
        <RestCall call={call} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={command.isSending} disabled={!name || error !== undefined}>
            Broadcast
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
