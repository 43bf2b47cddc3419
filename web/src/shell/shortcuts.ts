// Keys that work on every screen. Not here: keys within a table or a form.

import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { type Place, places as all, startOf } from './places';
import { preferences, setPreferences } from './preferences';

/** For the map of the keyboard: what every key does. */
export const shortcuts: [string, string][] = [
  ['Ctrl K', 'Search for a key, an order number or a command'],
  ['?', 'This map'],
  ['/', 'Go to the filter of the list'],
  ...all.map((place): [string, string] => [`g ${place.key}`, `Go to ${place.name}`]),
  ['j  k', 'Next row, previous row'],
  ['Enter', 'Open the row'],
  ['x', 'Select the row'],
  ['n', 'Next task (in Work)'],
  ['a', 'Claim the task, or give it back'],
  ['r', 'Assign the task to somebody'],
  ['Ctrl Enter', 'Complete the task (in its form)'],
  ['t', 'Density of the timeline (of an instance)'],
  ['u', 'Times: own zone, UTC, relative'],
  ['Esc', 'Close what is open'],
];

function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement;
  return target.isContentEditable || target.matches('input, textarea, select, [role=textbox]');
}

interface Opens {
  /** Those that may be seen. */
  places: Place[];
  onKeys: () => void;
  onSearch: () => void;
  /** Once the palette is there, it answers its key itself. */
  hasPalette: boolean;
}

export function useShortcuts({ places, onKeys, onSearch, hasPalette }: Opens): void {
  const navigate = useNavigate();
  const pending = useRef(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k' && !hasPalette) {
        event.preventDefault();
        return onSearch();
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
      if (!preferences().shortcuts && event.key !== '?') return;
      if (document.querySelector('[role=dialog]')) return;
      if (pending.current) {
        pending.current = false;
        const place = places.find((it) => it.key === event.key);
        if (!place) return;
        event.preventDefault();
        void navigate({ to: startOf(place) as '/', search: (all) => ({ process: all.process }) });
        return;
      }
      switch (event.key) {
        case 'g':
          pending.current = true;
          setTimeout(() => (pending.current = false), 1_500);
          return;
        case '?':
          return onKeys();
        case '/': {
          const filter = document.querySelector<HTMLElement>('[data-filter]');
          if (filter) event.preventDefault();
          return filter?.focus();
        }
        case 'u': {
          const order = ['mine', 'utc', 'relative'] as const;
          const next = order[(order.indexOf(preferences().time) + 1) % order.length];
          return setPreferences({ time: next });
        }
        case 'j':
        case 'k': {
          // Within a table its own keys answer.
          if ((event.target as HTMLElement).closest('[data-rows]')) return;
          return document.querySelector<HTMLElement>('[data-rows] tr')?.focus();
        }
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [navigate, places, onKeys, onSearch, hasPalette]);
}
