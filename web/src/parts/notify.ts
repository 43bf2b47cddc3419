// Says in a corner that something was done. Not here: errors; those stay where they happened.

import { useSyncExternalStore } from 'react';

let isNeeded = false;
const listeners = new Set<() => void>();

/** Loaded when there is something to say, not with the first screen. */
export function notify(message: string, color: 'teal' | 'yellow' = 'teal'): void {
  isNeeded = true;
  for (const listener of listeners) listener();
  void import('@mantine/notifications').then(({ notifications }) => notifications.show({ message, color }));
}

/** Whether anything was said yet: what shows it is there from then on. */
export function useSaysSomething(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isNeeded,
  );
}
