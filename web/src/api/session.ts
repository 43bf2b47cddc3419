// Whether the server wants to know who is there. Not here: asking the person (`shell/SignIn.tsx`).

import { useSyncExternalStore } from 'react';
import type { Call } from './curl';

const PATH = '/api/v1/session';

export const signIn = (username: string, password: string): Call => ({
  method: 'POST',
  path: PATH,
  body: { username, password },
});
export const signOut: Call = { method: 'DELETE', path: PATH };

let isWanted = false;
const listeners = new Set<() => void>();

function become(next: boolean): void {
  if (next === isWanted) return;
  isWanted = next;
  for (const listener of listeners) listener();
}

/** An answer said that nobody is signed in, or no longer; a refused sign-in is told by its form. */
export function heard(status: number, path: string): void {
  if (status === 401 && !path.endsWith(PATH)) become(true);
}

export const signedIn = () => become(false);
export const isSignInWanted = () => isWanted;

export function useSignInWanted(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isWanted,
  );
}
