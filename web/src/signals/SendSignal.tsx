// A signal written by hand: a CloudEvent, kept while it is typed, sent once.

import { Button, Group, Modal, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { workCommands } from '../definitions/commands';
import { latestOf, workQueries } from '../definitions/queries';
import { useDraft } from '../parts/drafts';
import { Failure } from '../parts/Failure';
import { parseJson } from '../parts/json';
import { JsonField } from '../parts/JsonField';
import { RestCall } from '../parts/RestCall';
import { useCommand } from '../parts/useCommand';

interface Sent {
  signals: { signalKey: string; isNew: boolean }[];
}

export default function SendSignal({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const rules = useQuery(workQueries.rules());
  const type = useDraft('signal.type', '');
  const source = useDraft('signal.source', '/by-hand');
  const subject = useDraft('signal.subject', '');
  const data = useDraft('signal.data', '{}');
  const [id, setId] = useState<string>(() => crypto.randomUUID());
  const [known, setKnown] = useState<string>();
  const command = useCommand();
  const { value, error } = parseJson(data.text, 'any');
  const call = workCommands.sendSignal({
    id,
    source: source.text,
    type: type.text,
    ...(subject.text ? { subject: subject.text } : {}),
    data: value,
  });
  const looking = latestOf(rules.data ?? [], (it) => it.detectionRuleId).filter(
    (it) => it.definition?.state !== 'DISABLED' && it.definition?.types.includes(type.text),
  );
  const types = [...new Set(rules.data?.flatMap((it) => it.definition?.types ?? []))];
  const submit = async () => {
    const sent = await command.run<Sent>(call, 'Signal received');
    const [signal] = sent?.answer.signals ?? [];
    if (!signal) return;
    if (!signal.isNew) return setKnown(signal.signalKey);
    for (const draft of [type, source, subject, data]) draft.forget();
    onClose();
    void navigate({ to: '/signals/received/$signalKey', params: { signalKey: signal.signalKey } });
  };
  return (
    <Modal opened onClose={onClose} title="Send a signal" size="lg">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextInput
          label="Type"
          description="What happened, for example com.example.temperature."
          list="signal-types"
          required
          data-autofocus
          value={type.text}
          onChange={(event) => type.setText(event.currentTarget.value)}
        />
        <datalist id="signal-types">
          {types.map((it) => (
            <option key={it} value={it} />
          ))}
        </datalist>
        {type.text && (
          <p className="note" role="status">
            {looking.length === 0
              ? 'No rule looks at this type; it is kept all the same.'
              : `Looked at by ${looking.map((it) => it.name).join(', ')}.`}
          </p>
        )}
        <Group grow align="start">
          <TextInput
            label="Source"
            description="Who says so."
            required
            value={source.text}
            onChange={(event) => source.setText(event.currentTarget.value)}
          />
          <TextInput
            label="Id"
            description="Received once for its source and id."
            required
            value={id}
            onChange={(event) => setId(event.currentTarget.value)}
          />
        </Group>
        <TextInput
          label="Subject"
          description="What the sender says it is about; rules find theirs by themselves."
          value={subject.text}
          onChange={(event) => subject.setText(event.currentTarget.value)}
        />
        <JsonField label="Data" value={data.text} onChange={data.setText} kind="any" rows={4} />
        {known && (
          <p className="note" role="status">
            This source and id were received before, and nothing changed: it is signal …{known.slice(-6)}. Another
            id makes it another signal.
          </p>
        )}
        {command.error !== undefined && <Failure error={command.error} doing="send the signal" />}
        <RestCall call={call} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            loading={command.isSending}
            disabled={!type.text || !source.text || !id || error !== undefined}
          >
            Send signal
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
