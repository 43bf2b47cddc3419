// Sends a command once, says how it went, and has the screen asked again.

import { useRef, useState } from 'react';
import { send } from '../api/client';
import type { Call } from '../api/curl';
import { refreshNow } from '../api/live';
import { notify } from './notify';

export interface Sending {
  isSending: boolean;
  error: unknown;
  /** Resolves to the answer, or to undefined when it failed; the error is kept for the form. */
  run: <T = unknown>(call: Call, done: string) => Promise<{ answer: T } | undefined>;
  clear: () => void;
}

export function useCommand(): Sending {
  const [isSending, setSending] = useState(false);
  const [error, setError] = useState<unknown>();
  // A double click is one command: the second finds the first under way, and a repetition after a
  // lost answer carries the same key.
  const underWay = useRef(false);
  const attempt = useRef<{ call: string; key: string }>({ call: '', key: '' });

  return {
    isSending,
    error,
    clear: () => setError(undefined),
    async run<T>(call: Call, done: string) {
      if (underWay.current) return undefined;
      underWay.current = true;
      setSending(true);
      const said = `${call.method} ${call.path} ${JSON.stringify(call.body)}`;
      if (attempt.current.call !== said) {
        attempt.current = { call: said, key: crypto.randomUUID() };
      }
      try {
        const answer = await send<T>(call, attempt.current.key);
        attempt.current = { call: '', key: '' };
        setError(undefined);
        notify(done);
        void refreshNow();
        return { answer };
      } catch (caught) {
        setError(caught);
        return undefined;
      } finally {
        underWay.current = false;
        setSending(false);
      }
    },
  };
}
