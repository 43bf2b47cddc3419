// How often each element was visited, as one of five classes of colour.

import type { ElementCounts } from '../api/types';

const STEPS = 5;

/** By the logarithm: a loop that runs a thousand times leaves the rest visible. */
export function heatOf(counts: ElementCounts[]): { id: string; name: string }[] {
  const visits = (it: ElementCounts) => it.active + it.completed + it.canceled;
  const most = Math.max(1, ...counts.map(visits));
  return counts
    .filter((it) => visits(it) > 0)
    .map((it) => {
      const part = Math.log(1 + visits(it)) / Math.log(1 + most);
      return { id: it.elementId, name: `heat-${Math.max(1, Math.ceil(part * STEPS))}` };
    });
}
