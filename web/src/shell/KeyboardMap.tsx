// What every key does, and the switch for single keys.

import { Modal, Switch } from '@mantine/core';
import { setPreferences, usePreferences } from './preferences';
import { shortcuts } from './shortcuts';

export default function KeyboardMap({ onClose }: { onClose: () => void }) {
  const { shortcuts: isOn } = usePreferences();
  return (
    <Modal opened onClose={onClose} title="Keyboard">
      <dl className="keys">
        {shortcuts.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <Switch
        mt="md"
        label="Single keys are shortcuts"
        checked={isOn}
        onChange={(event) => setPreferences({ shortcuts: event.currentTarget.checked })}
      />
    </Modal>
  );
}
