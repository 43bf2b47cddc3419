// What one person sets for their own browser: colours, time, density. Not here: anything another
// person should see too; that is in the URL.

import { useSyncExternalStore } from 'react';

export interface Preferences {
  colours: 'system' | 'light' | 'dark';
  contrast: 'system' | 'normal' | 'high';
  density: 'comfortable' | 'compact';
  time: 'mine' | 'utc' | 'relative';
  /** Single-key shortcuts; some speech input types them by accident (WCAG 2.1.4). */
  shortcuts: boolean;
}

const KEY = 'segue.preferences';
const DEFAULTS: Preferences = {
  colours: 'system',
  contrast: 'system',
  density: 'comfortable',
  time: 'mine',
  shortcuts: true,
};

let current = read();
const listeners = new Set<() => void>();

function read(): Preferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as object) };
  } catch {
    return DEFAULTS;
  }
}

const prefers = (query: string) => matchMedia(query).matches;

export function isDark(preferences: Preferences): boolean {
  if (preferences.colours !== 'system') return preferences.colours === 'dark';
  return prefers('(prefers-color-scheme: dark)');
}

/** Puts the preferences on the root element, as `theme.js` does before the first paint. */
function show(): void {
  const root = document.documentElement;
  root.dataset.mantineColorScheme = isDark(current) ? 'dark' : 'light';
  const high = current.contrast === 'high'
    || (current.contrast === 'system' && prefers('(prefers-contrast: more)'));
  root.dataset.contrast = high ? 'high' : 'normal';
  root.dataset.density = current.density;
}

function tell(): void {
  show();
  for (const listener of listeners) listener();
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  localStorage.setItem(KEY, JSON.stringify(current));
  tell();
}

export function preferences(): Preferences {
  return current;
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}

/** Follows the system and other tabs. */
export function followSystem(): void {
  for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)']) {
    matchMedia(query).addEventListener('change', tell);
  }
  addEventListener('storage', (event) => {
    if (event.key !== KEY) return;
    current = read();
    tell();
  });
  show();
}
