// What hangs below the buttons of the bar: preferences, and what belongs to whoever is signed in.

import { Button, Menu } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { send } from '../api/client';
import { signOut } from '../api/session';
import { type Preferences, setPreferences, usePreferences } from './preferences';

export function SettingsMenu({ onKeys }: { onKeys: () => void }) {
  const chosen = usePreferences();
  const item = <K extends keyof Preferences>(key: K, value: Preferences[K], label: string) => (
    <Menu.Item
      key={String(value)}
      role="menuitemradio"
      aria-checked={chosen[key] === value}
      leftSection={<span className="tick">{chosen[key] === value ? '✓' : ''}</span>}
      onClick={() => setPreferences({ [key]: value } as Partial<Preferences>)}
    >
      {label}
    </Menu.Item>
  );
  return (
    <Menu defaultOpened position="bottom-end" closeOnItemClick={false} width={230}>
      <Menu.Target>
        <Button size="compact-sm" variant="subtle">
          View
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Colours</Menu.Label>
        {item('colours', 'system', 'As the system')}
        {item('colours', 'light', 'Light')}
        {item('colours', 'dark', 'Dark')}
        <Menu.Label>Contrast</Menu.Label>
        {item('contrast', 'system', 'As the system')}
        {item('contrast', 'high', 'High')}
        <Menu.Label>Times</Menu.Label>
        {item('time', 'mine', 'My time zone')}
        {item('time', 'utc', 'UTC')}
        {item('time', 'relative', 'Relative')}
        <Menu.Label>Rows</Menu.Label>
        {item('density', 'comfortable', 'Comfortable')}
        {item('density', 'compact', 'Compact')}
        <Menu.Divider />
        <Menu.Item closeMenuOnClick onClick={onKeys} rightSection={<kbd>?</kbd>}>
          Keyboard
        </Menu.Item>
        <Menu.Item component="a" href="/api/v1/docs" target="_blank">
          API reference
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

export function PersonMenu({ name }: { name: string }) {
  const leave = async () => {
    await send(signOut);
    // What was read belongs to whoever left.
    location.assign('/');
  };
  return (
    <Menu defaultOpened position="bottom-end">
      <Menu.Target>
        <Button size="compact-sm" variant="subtle">
          {name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item renderRoot={(props) => <Link {...props} to="/account" />}>Password and API tokens</Menu.Item>
        <Menu.Item onClick={() => void leave()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
