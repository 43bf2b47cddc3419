// Keeps a live list steady: rows change in place and never move under the pointer.
// New rows are counted until the person asks for them.

import { useEffect, useRef, useState } from 'react';

interface Steady<T> {
  rows: T[];
  /** How many rows of the newest answer are not shown yet. */
  fresh: number;
  /** Keys of shown rows that the newest answer does not have. */
  gone: Set<string>;
  showFresh: () => void;
}

/** `question` names what was asked: another question shows its answer at once. */
export function useSteadyRows<T>(
  newest: T[] | undefined,
  keyOf: (row: T) => string,
  question: string,
): Steady<T> {
  const shown = useRef<{ question: string; rows: T[] }>({ question: '', rows: [] });
  const [, redraw] = useState(0);

  const isAnother = shown.current.question !== question;
  if (newest && (isAnother || shown.current.rows.length === 0)) {
    shown.current = { question, rows: newest };
  }
  const byKey = new Map(newest?.map((row) => [keyOf(row), row]));
  const rows = shown.current.rows.map((row) => byKey.get(keyOf(row)) ?? row);
  useEffect(() => {
    shown.current.rows = rows;
  });
  const known = new Set(rows.map(keyOf));
  const fresh = newest?.filter((row) => !known.has(keyOf(row))).length ?? 0;
  const gone = new Set(newest ? [...known].filter((key) => !byKey.has(key)) : []);
  return {
    rows,
    fresh,
    gone,
    showFresh: () => {
      shown.current = { question, rows: newest ?? [] };
      redraw((count) => count + 1);
    },
  };
}
