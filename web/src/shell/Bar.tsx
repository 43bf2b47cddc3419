// The bar over every screen: process in scope, search, live state, preferences.

import { Button, Select, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { freeze, useLive } from '../api/live';
import { useCan } from '../api/may';
import { queries } from '../api/queries';
import { absolute } from '../parts/time';
import { usePreferences } from './preferences';

const PersonMenu = lazy(() => import('./Menus').then((it) => ({ default: it.PersonMenu })));
const SettingsMenu = lazy(() => import('./Menus').then((it) => ({ default: it.SettingsMenu })));

export function Bar({ onKeys, onSearch }: { onKeys: () => void; onSearch: () => void }) {
  const can = useCan();
  return (
    <header className="bar">
      {can('READ_PROCESS_DEFINITION', 'PROCESS_DEFINITION') && <Scope />}
      <UnstyledButton className="search-button" onClick={onSearch}>
        <span>Search or go to…</span>
        <kbd>Ctrl K</kbd>
      </UnstyledButton>
      <span className="fill" />
      <Live />
      <Hanging label="View">
        <SettingsMenu onKeys={onKeys} />
      </Hanging>
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

/** What hangs below a button is loaded when it is opened for the first time. */
function Hanging({ label, children }: { label: string; children: ReactNode }) {
  const [isWanted, setWanted] = useState(false);
  const button = (
    <Button size="compact-sm" variant="subtle" aria-haspopup="menu" onClick={() => setWanted(true)}>
      {label}
    </Button>
  );
  return isWanted ? <Suspense fallback={button}>{children}</Suspense> : button;
}

function Person() {
  const me = useQuery(queries.me());
  const session = useQuery(queries.session());
  if (!me.data) return null;
  const name = me.data.displayName || me.data.username;
  if (!session.data?.authentication) return <span className="person">{name}</span>;
  return (
    <Hanging label={name}>
      <PersonMenu name={name} />
    </Hanging>
  );
}
