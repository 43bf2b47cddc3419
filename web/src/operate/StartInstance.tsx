// Starts one instance of a version with variables.

import { Button, Group, Modal, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { commands } from '../api/commands';
import type { Definition } from '../api/types';
import { useDraft } from '../parts/drafts';
import { Failure } from '../parts/Failure';
import { parseJson } from '../parts/json';
import { JsonField } from '../parts/JsonField';
import { RestCall } from '../parts/RestCall';
import { useCommand } from '../parts/useCommand';

export default function StartInstance({
  definition,
  onClose,
}: {
  definition: Definition;
  onClose: () => void;
}) {
  const draft = useDraft(`start.${definition.processDefinitionId}`, '{}');
  const [businessId, setBusinessId] = useState('');
  const command = useCommand();
  const navigate = useNavigate();
  const { value, error } = parseJson(draft.text, 'object');
  const call = commands.createInstance(definition.processDefinitionKey, value ?? {}, businessId);
  const submit = async () => {
    const sent = await command.run<{ processInstanceKey: string }>(call, 'Instance started');
    if (!sent) return;
    draft.forget();
    onClose();
    void navigate({
      to: '/operate/instances/$instanceKey',
      params: { instanceKey: sent.answer.processInstanceKey },
    });
  };
  const name = definition.name ?? definition.processDefinitionId;
  return (
    <Modal opened onClose={onClose} title={`Start ${name}, version ${definition.version}`} size="lg">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <JsonField label="Variables" value={draft.text} onChange={draft.setText} />
        <TextInput
          label="Business id"
          description="A name people know it by, for example an order number. Optional."
          value={businessId}
          onChange={(event) => setBusinessId(event.currentTarget.value)}
        />
        {command.error !== undefined && <Failure error={command.error} doing="start the instance" />}
        <RestCall call={call} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={command.isSending} disabled={error !== undefined}>
            Start instance
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
