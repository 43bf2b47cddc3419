// The bar over every screen: process in scope, search, live state, preferences.

import { Button, Menu, Select, UnstyledButton } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { send } from '../api/client';
import { freeze, useLive } from '../api/live';
import { queries } from '../api/queries';
import { signOut } from '../api/session';
import { type Preferences, setPreferences, usePreferences } from './preferences';
import { absolute } from '../parts/time';

export function Bar({ onKeys, onSearch }: { onKeys: () => void; onSearch: () => void }) {
  return (
    <header className="bar">
      <Scope />
      <UnstyledButton className="search-button" onClick={onSearch}>
        <span>Search or go to…</span>
        <kbd>Ctrl K</kbd>
      </UnstyledButton>
      <span className="fill" />
      <Live />
      <Settings onKeys={onKeys} />
      <Person />
    </header>
  );
}

function Scope() {
  const { process } = useSearch({ strict: false });
  const navigate = useNavigate();
  const definitions = useQuery(queries.definitions());
  const names = new Map(
    definitions.data?.map((it) => [it.processDefinitionId, it.name ?? it.processDefinitionId]),
  );
  const options = [...names].map(([value, label]) => ({ value, label }));
  return (
    <Select
      aria-label="Process in scope"
      placeholder="All processes"
      data={options}
      value={process ?? null}
      onChange={(value) =>
        void navigate({
          to: '.',
          search: (all) => ({ ...all, process: value ?? undefined, after: undefined, before: undefined }),
        })
      }
      clearable
      searchable
      size="xs"
      w={210}
      nothingFoundMessage="No such process"
    />
  );
}

function Live() {
  const { state, changedAt } = useLive();
  const { time } = usePreferences();
  const isFrozen = state === 'frozen';
  const since = absolute(changedAt, time === 'utc' ? 'utc' : 'mine');
  return (
    <div className="live" data-live={state}>
      <span role="status">
        {state === 'reconnecting' && `Live paused – reconnecting, data from ${since}`}
        {isFrozen && `Frozen at ${since}`}
      </span>
      <Button
        size="compact-sm"
        variant={isFrozen ? 'filled' : 'subtle'}
        onClick={() => freeze(!isFrozen)}
        title={isFrozen ? 'Follow what happens again' : 'Stop updating this page'}
      >
        {isFrozen ? 'Go live' : state === 'live' ? '● Live' : '○ Live'}
      </Button>
    </div>
  );
}

function Settings({ onKeys }: { onKeys: () => void }) {
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
    <Menu position="bottom-end" closeOnItemClick={false} width={230}>
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

function Person() {
  const me = useQuery(queries.me());
  const session = useQuery(queries.session());
  if (!me.data) return null;
  const name = me.data.displayName || me.data.username;
  if (!session.data?.authentication) return <span className="person">{name}</span>;
  const leave = async () => {
    await send(signOut);
    // What was read belongs to whoever left.
    location.assign('/');
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="compact-sm" variant="subtle">
          {name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void leave()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
