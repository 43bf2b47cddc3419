// Repairs one incident, or all of a cause: change what was wrong, give retries, go on.

import { Button, Group, Modal, NumberInput, Progress as ProgressBar, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { refreshNow } from '../api/live';
import type { Incident } from '../api/types';
import { parseJson } from '../parts/json';
import { JsonField } from '../parts/JsonField';
import { RestCall } from '../parts/RestCall';
import { callsFor, type Progress, repair } from './repairing';

/** From so many on, the number is typed before anything happens. */
const TYPED_FROM = 50;

export default function Repair({ incidents, onClose }: { incidents: Incident[]; onClose: () => void }) {
  const [retries, setRetries] = useState(1);
  const [variables, setVariables] = useState('');
  const [typed, setTyped] = useState('');
  const [progress, setProgress] = useState<Progress>();
  const [isRunning, setRunning] = useState(false);
  const stop = useRef(false);
  // The list behind the dialog is live; what is repaired is what was asked for.
  const [chosen] = useState(incidents);
  const [first] = chosen;
  if (!first) return null;

  const { value, error } = parseJson(variables, 'object');
  const plan = { retries, variables: value as Record<string, unknown> | undefined };
  const hasJobs = chosen.some((it) => it.errorType === 'JOB_NO_RETRIES');
  const many = chosen.length;
  const isHeld = error !== undefined || (many >= TYPED_FROM && typed !== String(many));
  const submit = async () => {
    stop.current = false;
    setRunning(true);
    const end = await repair(chosen, plan, setProgress, () => stop.current);
    setRunning(false);
    setProgress(end);
    await refreshNow();
    if (end.failed.length === 0 && end.done === many) onClose();
  };
  const close = () => {
    stop.current = true;
    onClose();
  };
  return (
    <Modal
      opened
      onClose={close}
      title={many === 1 ? 'Repair this incident' : `Repair ${many} incidents`}
      size="lg"
    >
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <p className="message">{first.errorMessage}</p>
        {hasJobs && (
          <NumberInput
            label="Retries"
            description="How often a worker may try again before the next incident."
            value={retries}
            min={1}
            max={1000}
            onChange={(next) => setRetries(Math.max(1, Number(next) || 1))}
          />
        )}
        <JsonField
          label="Set variables first"
          description="As JSON, for example { &quot;amount&quot;: 120 }. Empty changes nothing."
          value={variables}
          onChange={setVariables}
          rows={2}
        />
        {many >= TYPED_FROM && (
          <TextInput
            label={`Type ${many} to confirm`}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        )}
        {progress && (
          <div role="status">
            <ProgressBar
              value={((progress.done + progress.failed.length) / many) * 100}
              aria-label="Repaired"
            />
            {progress.done} of {many} resolved
            {progress.failed.length > 0 ? `, ${progress.failed.length} failed` : ''}
          </div>
        )}
        {progress && progress.failed.length > 0 && (
          <ul className="failures">
            {progress.failed.slice(0, 10).map(({ incident, error: reason }) => (
              <li key={incident.incidentKey}>
                <Link
                  to="/operate/instances/$instanceKey"
                  params={{ instanceKey: incident.processInstanceKey }}
                >
                  …{incident.processInstanceKey.slice(-6)}
                </Link>
                : {reason instanceof Error ? reason.message : String(reason)}
              </li>
            ))}
          </ul>
        )}
        {callsFor(first, plan).map((call) => (
          <RestCall key={call.path} call={call} />
        ))}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {isRunning ? 'Stop' : 'Close'}
          </Button>
          <Button type="submit" loading={isRunning} disabled={isHeld}>
            {many === 1 ? 'Resolve' : `Resolve ${many}`}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
