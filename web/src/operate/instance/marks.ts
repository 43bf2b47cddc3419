// Badges for what happened at each element of an instance. Not here: drawing them.

import type { ElementCounts } from '../../api/types';
import type { Mark } from '../../parts/Diagram';

/** Tokens at an element: the server counts those with an incident apart. */
export function tokensAt(counts: Pick<ElementCounts, 'active' | 'incidents'>): number {
  return counts.active + counts.incidents;
}

export function tokenMarks(counts: ElementCounts[]): Mark[] {
  return counts.flatMap((it) => {
    const at = { elementId: it.elementId };
    const marks: Mark[] = [];
    if (it.active > 0) {
      marks.push({ ...at, kind: 'active', text: `● ${it.active > 1 ? it.active : ''}`.trim(), title: `${it.active} active` });
    }
    if (it.incidents > 0) {
      marks.push({ ...at, kind: 'incident', text: `▲ ${it.incidents}`, title: `${it.incidents} with an incident` });
    }
    if (it.completed > 0) {
      marks.push({ ...at, kind: 'done', text: `✓ ${it.completed > 1 ? it.completed : ''}`.trim(), title: `${it.completed} completed` });
    }
    if (it.canceled > 0) {
      marks.push({ ...at, kind: 'cancelled', text: `■ ${it.canceled > 1 ? it.canceled : ''}`.trim(), title: `${it.canceled} cancelled` });
    }
    return marks;
  });
}
