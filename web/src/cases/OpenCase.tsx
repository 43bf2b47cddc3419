// Opens a case by hand.

import { Select, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { workCommands } from '../definitions/commands';
import { Confirm } from '../parts/Confirm';

export default function OpenCase(props: {
  types: { value: string; label: string }[];
  onClose: () => void;
}) {
  const navigate = useNavigate();
  const [type, setType] = useState(props.types[0]?.value ?? '');
  const [title, setTitle] = useState('');
  const [subject, setSubject] = useState('');
  return (
    <Confirm
      title="Open a case"
      call={workCommands.openCase(type, title, subject)}
      action="Open the case"
      done="Case opened"
      isHeld={!type || !title}
      onClose={props.onClose}
      onDone={(answer) => {
        const { caseKey } = answer as { caseKey: string };
        void navigate({ to: '/cases/all/$caseKey', params: { caseKey } });
      }}
    >
      <Select
        label="Type"
        allowDeselect={false}
        data={props.types}
        value={type}
        onChange={(next) => setType(next ?? '')}
      />
      <TextInput
        label="What it is"
        required
        data-autofocus
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      <TextInput
        label="What it is about"
        description="For example a shipment number: events about it are evidence."
        value={subject}
        onChange={(event) => setSubject(event.currentTarget.value)}
      />
    </Confirm>
  );
}
