// Models that are being designed, kept in this browser. Not here: what is deployed.

import { useSyncExternalStore } from 'react';

export type Kind = 'bpmn' | 'dmn' | 'form';

export interface Draft {
  id: string;
  kind: Kind;
  name: string;
  /** XML, or JSON for a form. */
  content: string;
  changedAt: string;
}

const PREFIX = 'segue.model.';
const listeners = new Set<() => void>();
let snapshot: Draft[] | undefined;

function tell(): void {
  snapshot = undefined;
  for (const listener of listeners) listener();
}

export function readModel(id: string): Draft | undefined {
  const text = localStorage.getItem(PREFIX + id);
  return text ? (JSON.parse(text) as Draft) : undefined;
}

/** Throws when the browser has no room left; the caller tells the person to save a file. */
export function keepModel(draft: Omit<Draft, 'changedAt'>): void {
  const kept: Draft = { ...draft, changedAt: new Date().toISOString() };
  localStorage.setItem(PREFIX + draft.id, JSON.stringify(kept));
  tell();
}

export function dropModel(id: string): void {
  localStorage.removeItem(PREFIX + id);
  tell();
}

function all(): Draft[] {
  snapshot ??= Object.keys(localStorage)
    .filter((key) => key.startsWith(PREFIX))
    .map((key) => JSON.parse(localStorage.getItem(key) ?? '') as Draft)
    .sort((a, b) => b.changedAt.localeCompare(a.changedAt));
  return snapshot;
}

export function useModels(): Draft[] {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    addEventListener('storage', tell);
    return () => {
      listeners.delete(listener);
      removeEventListener('storage', tell);
    };
  }, all);
}
