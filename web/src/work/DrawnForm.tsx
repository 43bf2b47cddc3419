// The form somebody drew for a task (Camunda Forms), filled in and sent.

import { Button, Group } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import '@bpmn-io/form-js/dist/assets/form-js.css';
import { commands } from '../api/commands';
import type { Task, Variable } from '../api/types';
import { readDraft, writeDraft } from '../parts/drafts';
import { Failure } from '../parts/Failure';
import { useCommand } from '../parts/useCommand';

interface FormJs {
  importSchema: (schema: unknown, data: unknown) => Promise<unknown>;
  submit: () => { data: Record<string, unknown>; errors: Record<string, unknown> };
  on: (name: string, callback: (event: { data: Record<string, unknown> }) => void) => void;
  destroy: () => void;
}

const DRAFT_PAUSE_MS = 500;

export default function DrawnForm(props: {
  task: Task;
  isReadOnly: boolean;
  schema: unknown;
  variables: Variable[];
  onDone: () => void;
}) {
  const { task, isReadOnly, schema, variables, onDone } = props;
  const frame = useRef<HTMLDivElement>(null);
  const form = useRef<FormJs>(undefined);
  const [broken, setBroken] = useState<unknown>();
  const [hasDraft, setHasDraft] = useState(false);
  const [invalid, setInvalid] = useState(0);
  const command = useCommand();
  const draftName = `task.${task.userTaskKey}`;

  // What is known when the task is opened fills the form; later changes do not overwrite typing.
  const [opened] = useState({ schema, variables });
  useEffect(() => {
    const container = frame.current;
    if (!container) return;
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    void (async () => {
      const { createForm } = await import('@bpmn-io/form-js-viewer');
      const draft = readDraft(draftName);
      const known = Object.fromEntries(opened.variables.map((it) => [it.name, parsed(it.value)]));
      const data = { ...known, ...(draft ? (parsed(draft) as object) : {}) };
      const schemaOf = typeof opened.schema === 'string' ? parsed(opened.schema) : opened.schema;
      const made = (await createForm({ container, schema: schemaOf, data } as never)) as unknown as FormJs;
      if (!isCurrent) return made.destroy();
      form.current = made;
      setHasDraft(draft !== undefined);
      made.on('changed', ({ data: typed }) => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          writeDraft(draftName, JSON.stringify(typed));
          setHasDraft(true);
        }, DRAFT_PAUSE_MS);
      });
    })().catch(setBroken);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
      form.current?.destroy();
      form.current = undefined;
    };
  }, [opened, draftName]);

  const submit = async () => {
    if (isReadOnly) return;
    const filled = form.current?.submit();
    if (!filled) return;
    const wrong = Object.keys(filled.errors).length;
    setInvalid(wrong);
    if (wrong > 0) {
      frame.current?.querySelector<HTMLElement>('[aria-invalid=true], .fjs-has-errors input')?.focus();
      return;
    }
    const call = commands.completeTask(task.userTaskKey, filled.data);
    if (!(await command.run(call, `${task.name ?? task.elementId} completed`))) return;
    writeDraft(draftName, undefined);
    onDone();
  };
  if (broken) return <Failure error={broken} doing="show the form" />;
  return (
    <div
      className="stack"
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        void submit();
      }}
    >
      <div ref={frame} className="drawn-form" />
      {invalid > 0 && (
        <p className="failure" role="alert">
          {invalid === 1 ? 'One field needs' : `${invalid} fields need`} your attention.
        </p>
      )}
      {command.error !== undefined && <Failure error={command.error} doing="complete the task" />}
      <Group>
        <Button
          loading={command.isSending}
          disabled={isReadOnly}
          onClick={() => void submit()}
          rightSection={<kbd>Ctrl Enter</kbd>}
        >
          Complete task
        </Button>
        <span className="quiet" role="status">
          {hasDraft ? 'Draft kept in this browser' : ''}
        </span>
      </Group>
    </div>
  );
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
