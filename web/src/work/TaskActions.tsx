// Who has a task and what of it can be changed: claim, give back, assign, change.

import { Button, Group, Modal, NumberInput, TagsInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { commands } from '../api/commands';
import { queries } from '../api/queries';
import type { Task } from '../api/types';
import { Failure } from '../parts/Failure';
import { RestCall } from '../parts/RestCall';
import { useCommand } from '../parts/useCommand';
import { changesOf, type TaskFields, whoHas } from './taskFields';

export function TaskActions({ task }: { task: Task }) {
  const me = useQuery(queries.me()).data?.username;
  const [asked, setAsked] = useState<'assign' | 'change'>();
  const command = useCommand();
  const has = whoHas(task, me);
  const take = () => {
    if (!me) return;
    // What somebody else has is taken knowingly; what nobody has goes to whoever is first.
    const call = has === 'nobody' ? commands.claimTask(task.userTaskKey, me) : commands.assignTask(task.userTaskKey, me);
    void command.run(call, 'The task is yours');
  };
  const giveBack = () => void command.run(commands.releaseTask(task.userTaskKey), 'Given back');
  useTaskKeys({ a: has === 'me' ? giveBack : take, r: () => setAsked('assign') });
  return (
    <>
      <Group gap="xs" className="task-actions">
        {has === 'me' ? (
          <Button size="xs" variant="default" loading={command.isSending} onClick={giveBack} rightSection={<kbd>a</kbd>}>
            Give back
          </Button>
        ) : (
          <Button size="xs" variant="light" loading={command.isSending} onClick={take} rightSection={<kbd>a</kbd>}>
            {has === 'nobody' ? 'Claim' : 'Take over'}
          </Button>
        )}
        <Button size="xs" variant="default" onClick={() => setAsked('assign')} rightSection={<kbd>r</kbd>}>
          Assign…
        </Button>
        <Button size="xs" variant="default" onClick={() => setAsked('change')}>
          Change…
        </Button>
      </Group>
      {command.error !== undefined && <Failure error={command.error} doing="change who has the task" />}
      {asked === 'assign' && <Assign task={task} onClose={() => setAsked(undefined)} />}
      {asked === 'change' && <Change task={task} onClose={() => setAsked(undefined)} />}
    </>
  );
}

function Assign({ task, onClose }: { task: Task; onClose: () => void }) {
  const [assignee, setAssignee] = useState('');
  const command = useCommand();
  const call = commands.assignTask(task.userTaskKey, assignee.trim());
  const submit = async () => {
    if (await command.run(call, `Assigned to ${assignee.trim()}`)) onClose();
  };
  return (
    <Modal opened onClose={onClose} title={`Assign ${task.name ?? task.elementId}`}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextInput
          label="To"
          description={
            task.candidateUsers.length > 0 ? `For it: ${task.candidateUsers.join(', ')}` : 'The name the person signs in with.'
          }
          value={assignee}
          onChange={(event) => setAssignee(event.currentTarget.value)}
          data-autofocus
        />
        {command.error !== undefined && <Failure error={command.error} doing="assign the task" />}
        <RestCall call={call} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={command.isSending} disabled={assignee.trim() === ''}>
            Assign
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

function Change({ task, onClose }: { task: Task; onClose: () => void }) {
  const [fields, setFields] = useState<TaskFields>(() => ({
    priority: task.priority,
    dueDate: forField(task.dueDate),
    followUpDate: forField(task.followUpDate),
    candidateUsers: task.candidateUsers,
    candidateGroups: task.candidateGroups,
  }));
  // The task is live behind the dialog; what differs from how it was opened is what was changed.
  const [opened] = useState(fields);
  const command = useCommand();
  const changes = changesOf(opened, fields);
  const call = commands.updateTask(task.userTaskKey, changes);
  const set = (next: Partial<TaskFields>) => setFields({ ...fields, ...next });
  const submit = async () => {
    if (await command.run(call, 'Task changed')) onClose();
  };
  const date = (field: 'dueDate' | 'followUpDate', label: string) => (
    <TextInput
      type="datetime-local"
      label={label}
      value={fields[field]}
      onChange={(event) => set({ [field]: event.currentTarget.value })}
    />
  );
  return (
    <Modal opened onClose={onClose} title={`Change ${task.name ?? task.elementId}`}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <NumberInput
          label="Priority"
          description="0 to 100; the higher, the earlier it is listed."
          min={0}
          max={100}
          value={fields.priority}
          onChange={(next) => set({ priority: Math.min(100, Math.max(0, Number(next) || 0)) })}
        />
        {date('dueDate', 'Due (your time zone)')}
        {date('followUpDate', 'Follow up (your time zone)')}
        <TagsInput
          label="Persons who may claim it"
          description="Enter after each."
          value={fields.candidateUsers}
          onChange={(candidateUsers) => set({ candidateUsers })}
        />
        <TagsInput
          label="Groups that may claim it"
          value={fields.candidateGroups}
          onChange={(candidateGroups) => set({ candidateGroups })}
        />
        {command.error !== undefined && <Failure error={command.error} doing="change the task" />}
        <RestCall call={call} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={command.isSending} disabled={Object.keys(changes).length === 0}>
            Change the task
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

/** A moment as a `datetime-local` field has it: in the browser's zone, to the minute. */
function forField(at: string | null | undefined): string {
  if (!at) return '';
  const ms = Date.parse(at);
  return new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Single keys of an open task, unless something is being typed. */
function useTaskKeys(keys: Record<string, () => void>): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (target.isContentEditable || target.matches('input, textarea, select')) return;
      if (document.querySelector('[role=dialog]')) return;
      const does = latest.current[event.key];
      if (!does) return;
      event.preventDefault();
      does();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}
