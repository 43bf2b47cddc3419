// The command palette: places, processes, and any key or business id that is pasted into it.

import '@mantine/spotlight/styles.css';
import { createSpotlight, Spotlight } from '@mantine/spotlight';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useCan } from '../api/may';
import { queries } from '../api/queries';
import { placesFor, startOf } from './places';

const [store, actions] = createSpotlight();

const RESULTS_MAX = 12;

interface Action {
  id: string;
  label: string;
  description?: string;
  open: () => void;
}

export default function Palette() {
  const [query, setQuery] = useState('');
  const navigate = useNavigate();
  // Whoever had this loaded wants it open; later the shortcut is its own.
  useEffect(() => actions.open(), []);
  const can = useCan();
  const definitions = useQuery({
    ...queries.definitions(),
    enabled: can('READ_PROCESS_DEFINITION', 'PROCESS_DEFINITION'),
  });
  const go = (to: string, search: Record<string, string> = {}) =>
    void navigate({ to: to as '/', search });

  const all: Action[] = placesFor(can).flatMap((place) => [
    { id: place.path, label: place.name, open: () => go(startOf(place)) },
    ...place.screens.map((screen) => ({
      id: screen.path,
      label: `${place.name}: ${screen.name}`,
      open: () => go(screen.path),
    })),
  ]);
  all.push({ id: '/account', label: 'Account: password and API tokens', open: () => go('/account') });
  for (const it of definitions.data ?? []) {
    all.push({
      id: it.processDefinitionKey,
      label: it.name ?? it.processDefinitionId,
      description: `Process ${it.processDefinitionId}, version ${it.version}`,
      open: () => go(`/operate/processes/${it.processDefinitionKey}`),
    });
  }
  const words = query.trim().toLowerCase().split(/\s+/);
  const fits = all.filter(({ label, description = '' }) =>
    words.every((word) => `${label} ${description}`.toLowerCase().includes(word)),
  );
  const shown = fits.slice(0, RESULTS_MAX);
  if (query.trim()) {
    shown.push({
      id: 'find',
      label: `Find “${query.trim()}”`,
      description: 'As a key, a business id, a correlation key or the value of a variable',
      open: () => go('/find', { q: query.trim() }),
    });
  }
  return (
    <Spotlight.Root
      store={store}
      query={query}
      onQueryChange={setQuery}
      shortcut={['mod + K']}
      tagsToIgnore={[]}
      scrollable
      maxHeight={420}
    >
      <Spotlight.Search placeholder="A place, a process, a key, an order number…" aria-label="Search" />
      <Spotlight.ActionsList>
        {shown.map((it) => (
          <Spotlight.Action
            key={it.id}
            label={it.label}
            description={it.description}
            onClick={it.open}
          />
        ))}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
