// Says that alerts were seen, one after another; what somebody else was faster with is told.

import { Button, Group, Modal } from '@mantine/core';
import { useState } from 'react';
import { send } from '../api/client';
import { refreshNow } from '../api/live';
import { workCommands } from '../definitions/commands';
import { RestCall } from '../parts/RestCall';

export default function Acknowledge({ keys, onClose }: { keys: string[]; onClose: () => void }) {
  const [done, setDone] = useState(0);
  const [failed, setFailed] = useState<string[]>([]);
  const [isRunning, setRunning] = useState(false);
  const [first = ''] = keys;
  const submit = async () => {
    setRunning(true);
    const refused: string[] = [];
    let acknowledged = 0;
    for (const key of keys) {
      try {
        await send(workCommands.acknowledgeAlert(key));
        acknowledged += 1;
        setDone(acknowledged);
      } catch (error) {
        refused.push(`…${key.slice(-6)}: ${error instanceof Error ? error.message : String(error)}`);
        setFailed([...refused]);
      }
    }
    setRunning(false);
    await refreshNow();
    if (refused.length === 0) onClose();
  };
  return (
    <Modal opened onClose={onClose} title={`Acknowledge ${keys.length} alerts`} size="lg">
      <div className="stack">
        <p>
          Tells everybody that somebody has seen {keys.length === 1 ? 'it' : 'them'}; rules and cases go on
          as before.
        </p>
        {(isRunning || failed.length > 0) && (
          <p role="status">
            {done} of {keys.length} acknowledged{failed.length > 0 ? `, ${failed.length} not` : ''}
          </p>
        )}
        {failed.length > 0 && (
          <ul className="failures">
            {failed.slice(0, 10).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        )}
        <RestCall call={workCommands.acknowledgeAlert(first)} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {failed.length > 0 ? 'Close' : 'Cancel'}
          </Button>
          <Button loading={isRunning} disabled={failed.length > 0} onClick={() => void submit()}>
            Acknowledge {keys.length}
          </Button>
        </Group>
      </div>
    </Modal>
  );
}
