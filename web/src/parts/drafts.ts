// What was typed and not sent yet, kept in this browser through reloads and restarts.
// Not here: models being designed; those have drafts on their own page.

import { useEffect, useState } from 'react';

const PREFIX = 'segue.draft.';

export function readDraft(name: string): string | undefined {
  return localStorage.getItem(PREFIX + name) ?? undefined;
}

export function writeDraft(name: string, text: string | undefined): void {
  if (text === undefined) localStorage.removeItem(PREFIX + name);
  else localStorage.setItem(PREFIX + name, text);
}

/** A text that survives a reload until it is forgotten. */
export function useDraft(name: string, initial: string) {
  const [text, setText] = useState(() => readDraft(name) ?? initial);
  useEffect(() => {
    writeDraft(name, text === initial ? undefined : text);
  }, [name, text, initial]);
  return { text, setText, forget: () => setText(initial) };
}
