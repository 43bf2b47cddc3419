// A definition as text: typed, checked by the server while it is typed, deployed as a new version.
// Kept in this browser until it is deployed or dropped. Not here: which definition (`signals/`,
// `cases/`).

import '../style/closure.css';
import { Button, Group } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { send } from '../api/client';
import { useCan } from '../api/may';
import type { Checked } from '../api/types';
import { Confirm } from '../parts/Confirm';
import { download } from '../parts/csv';
import { useDraft } from '../parts/drafts';
import { Failure } from '../parts/Failure';
import { Status } from '../parts/Status';
import { workCommands } from './commands';

const PAUSE_MS = 400;

interface Deployed {
  deployments: { resource: { resourceKey: string; version: number } | null }[];
}

interface Props {
  label: string;
  /** As it is deployed, or a template. */
  source: string;
  isNew: boolean;
  draft: string;
  file: string;
  /** Of this version others are newer. */
  isOld: boolean;
  onDeployed: (key: string) => void;
}

export function SourceEditor({ label, source, isNew, draft: name, file, isOld, onDeployed }: Props) {
  const draft = useDraft(name, source);
  const can = useCan();
  const area = useRef<HTMLTextAreaElement>(null);
  const [isDeploying, setDeploying] = useState(false);
  const { checked, failure } = useCheck(file, draft.text);
  const isChanged = draft.text !== source;
  const problems = checked?.resources.flatMap((it) => it.problems) ?? [];
  const lines = draft.text.split('\n');
  const goTo = (line: number, column: number) => {
    const before = lines.slice(0, line - 1).reduce((sum, it) => sum + it.length + 1, 0);
    area.current?.focus();
    area.current?.setSelectionRange(before + column - 1, before + (lines[line - 1]?.length ?? 0));
  };
  const wrong = new Set(problems.map((it) => it.line));
  const done = (answer: unknown) => {
    draft.forget();
    const key = (answer as Deployed).deployments.find((it) => it.resource)?.resource?.resourceKey;
    if (key) onDeployed(key);
  };
  return (
    <section className="source" aria-label={label}>
      <div className="list-bar">
        <span role="status">
          {isNew ? 'Not deployed yet' : isChanged ? 'Changed, kept in this browser' : isOld ? 'An older version' : 'As it is deployed'}
        </span>
        <span className="fill" />
        {isChanged && (
          <Button size="compact-xs" variant="subtle" onClick={draft.forget}>
            {isNew ? 'Begin again' : 'Drop the changes'}
          </Button>
        )}
        <Button size="compact-xs" variant="subtle" onClick={() => download(file, draft.text, 'text/plain')}>
          Save file
        </Button>
        {can('CREATE', 'RESOURCE') && (
          <Button
            size="xs"
            disabled={!checked?.deployable || (!isNew && !isChanged && !isOld)}
            onClick={() => setDeploying(true)}
          >
            Deploy…
          </Button>
        )}
      </div>
      <div className="source-text">
        <div className="source-lines" aria-hidden="true">
          {lines.map((_, at) => (
            <span key={at} className={wrong.has(at + 1) ? 'is-wrong' : undefined}>
              {at + 1}
            </span>
          ))}
        </div>
        <textarea
          ref={area}
          className="code"
          aria-label={`${label}, as YAML`}
          value={draft.text}
          rows={lines.length + 1}
          wrap="off"
          spellCheck={false}
          onChange={(event) => draft.setText(event.currentTarget.value)}
        />
      </div>
      <div className="problems">
        <h2>
          Problems{' '}
          {checked && (
            <Status
              of={checked.deployable ? 'SUCCESS' : 'ERROR'}
              word={checked.deployable ? 'None' : String(problems.length)}
            />
          )}
        </h2>
        {failure !== undefined && <Failure error={failure} doing="check it" />}
        <ul aria-live="polite">
          {problems.map((it, at) => (
            <li key={`${it.line}.${it.column}.${at}`}>
              <button type="button" onClick={() => goTo(it.line, it.column)}>
                <Status of={it.severity === 'error' ? 'ERROR' : 'WARNING'} />
                <span>{it.message}</span>
                <span className="quiet">
                  {it.elementId} {it.line}:{it.column}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </div>
      {isDeploying && (
        <Confirm
          title={`Deploy ${file}`}
          call={workCommands.deployFile(file, draft.text)}
          action="Deploy"
          done={`${file} deployed`}
          onClose={() => setDeploying(false)}
          onDone={done}
        >
          <p>
            It becomes the latest version from now on, unless nothing in it differs from that one. What is
            known of each subject is kept, and open cases keep the version they were opened with.
          </p>
        </Confirm>
      )}
    </section>
  );
}

/** The server's own words, a little after the last key. */
function useCheck(file: string, text: string): { checked: Checked | undefined; failure: unknown } {
  const [checked, setChecked] = useState<Checked>();
  const [failure, setFailure] = useState<unknown>();
  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(async () => {
      const body = new FormData();
      body.append('resources', new File([text], file, { type: 'application/yaml' }));
      try {
        const answer = await send<Checked>({ method: 'POST', path: '/api/v1/check', body });
        if (!isCurrent) return;
        setChecked(answer);
        setFailure(undefined);
      } catch (caught) {
        if (isCurrent) setFailure(caught);
      }
    }, PAUSE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [file, text]);
  return { checked, failure };
}

/** Chooses which example a new definition begins with. */
export function Examples<T extends string>(props: { names: Record<T, string>; onChoose: (name: T) => void }) {
  return (
    <Group gap="xs">
      <span className="quiet">Begin with</span>
      {(Object.keys(props.names) as T[]).map((name) => (
        <Button key={name} size="compact-xs" variant="default" onClick={() => props.onChoose(name)}>
          {props.names[name]}
        </Button>
      ))}
    </Group>
  );
}
