// The form of a task that has none: its result as JSON.

import { Button, Group } from '@mantine/core';
import { commands } from '../api/commands';
import type { Task } from '../api/types';
import { useDraft } from '../parts/drafts';
import { Failure } from '../parts/Failure';
import { parseJson } from '../parts/json';
import { JsonField } from '../parts/JsonField';
import { RestCall } from '../parts/RestCall';
import { useCommand } from '../parts/useCommand';

export function PlainForm(props: { task: Task; isReadOnly: boolean; onDone: () => void }) {
  const { task, isReadOnly, onDone } = props;
  const draft = useDraft(`task.${task.userTaskKey}`, '{}');
  const command = useCommand();
  const { value, error } = parseJson(draft.text, 'object');
  const call = commands.completeTask(task.userTaskKey, value ?? {});
  const submit = async () => {
    if (error !== undefined || isReadOnly) return;
    if (!(await command.run(call, `${task.name ?? task.elementId} completed`))) return;
    draft.forget();
    onDone();
  };
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        void submit();
      }}
    >
      <JsonField
        label="Result"
        description="This task has no form: what you decide goes to the process as variables."
        value={draft.text}
        onChange={draft.setText}
      />
      {command.error !== undefined && <Failure error={command.error} doing="complete the task" />}
      <RestCall call={call} />
      <Group>
        <Button
          type="submit"
          loading={command.isSending}
          disabled={error !== undefined || isReadOnly}
          rightSection={<kbd>Ctrl Enter</kbd>}
        >
          Complete task
        </Button>
        <span className="quiet" role="status">
          {draft.text === '{}' ? '' : 'Draft kept in this browser'}
        </span>
      </Group>
    </form>
  );
}
