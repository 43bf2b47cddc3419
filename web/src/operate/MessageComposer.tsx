// Publishes a message: to whom it goes is told before it is sent.

import { Button, Group, Modal, NumberInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { commands } from '../api/commands';
import { counted } from '../api/queries';
import { Failure } from '../parts/Failure';
import { parseJson } from '../parts/json';
import { JsonField } from '../parts/JsonField';
import { RestCall } from '../parts/RestCall';
import { useCommand } from '../parts/useCommand';

const MINUTE_MS = 60_000;

export default function MessageComposer(props: {
  name?: string;
  correlationKey?: string;
  onClose: () => void;
}) {
  const [name, setName] = useState(props.name ?? '');
  const [correlationKey, setCorrelationKey] = useState(props.correlationKey ?? '');
  const [minutes, setMinutes] = useState(60);
  const [text, setText] = useState('{}');
  const command = useCommand();
  const { value, error } = parseJson(text, 'object');
  const call = commands.publishMessage({
    name,
    correlationKey,
    timeToLive: minutes * MINUTE_MS,
    variables: value ?? {},
  });
  const waiting = useQuery({
    ...counted('/v2/message-subscriptions/search', {
      messageName: name,
      correlationKey,
      messageSubscriptionState: 'CREATED',
    }),
    enabled: name !== '',
  });
  const submit = async () => {
    if (await command.run(call, `Message ${name} published`)) props.onClose();
  };
  const count = waiting.data?.totalItems;
  return (
    <Modal opened onClose={props.onClose} title="Publish a message" size="lg">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextInput label="Name" required value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <TextInput
          label="Correlation key"
          description="The text that finds the instance. Empty for a message that only starts a process."
          value={correlationKey}
          onChange={(event) => setCorrelationKey(event.currentTarget.value)}
        />
        <JsonField label="Variables" value={text} onChange={setText} rows={3} />
        <NumberInput
          label="Time to live (minutes)"
          description="How long it waits if nobody waits for it now. 0: it is lost then."
          min={0}
          value={minutes}
          onChange={(next) => setMinutes(Math.max(0, Number(next) || 0))}
        />
        {name && count !== undefined && (
          <p className="note" role="status">
            {count === 0 ? 'No instance waits for it now.' : `${count} waiting for it now.`}
          </p>
        )}
        {command.error !== undefined && <Failure error={command.error} doing="publish the message" />}
        <RestCall call={call} />
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={command.isSending} disabled={!name || error !== undefined}>
            Publish
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
