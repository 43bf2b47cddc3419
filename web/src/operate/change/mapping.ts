// Which element is which in another version: proposed by the server, completed by a person.
// Not here: asking (`Migrate.tsx`); whether it can be done, which the server says.

import type { ElementCounts } from '../../api/types';
import type { ModelElement } from '../../parts/elements';
import { tokensAt } from '../instance/marks';

/** Element ids as they are, to ids as they shall be; empty: not mapped. */
export type Mapping = Record<string, string>;

export interface MappingRow extends ModelElement {
  active: number;
  target: string;
  /** Elements of the same kind there. */
  options: ModelElement[];
  isProposed: boolean;
  /** A token is here or inside, and it has no place yet. */
  isMissing: boolean;
}

/** What was decided by hand goes before what the server proposes. */
export function merged(proposed: Mapping, byHand: Mapping): Mapping {
  return { ...proposed, ...byHand };
}

export function rowsOf(
  model: Map<string, ModelElement>,
  target: Map<string, ModelElement>,
  counts: ElementCounts[],
  mapping: Mapping,
  proposed: Mapping,
): MappingRow[] {
  const active = new Map(counts.map((it) => [it.elementId, tokensAt(it)]));
  const rows = [...model.values()].map((it) => {
    const to = mapping[it.id] ?? '';
    const tokens = active.get(it.id) ?? 0;
    return {
      ...it,
      active: tokens,
      target: to,
      options: [...target.values()].filter((other) => other.type === it.type),
      isProposed: to !== '' && proposed[it.id] === to,
      isMissing: tokens > 0 && to === '',
    };
  });
  // What needs a decision comes first, then what has tokens; else the order of the model.
  const weight = (row: MappingRow) => (row.isMissing ? 0 : row.active > 0 ? 1 : 2);
  return rows.sort((a, b) => weight(a) - weight(b));
}

export function instructionsOf(mapping: Mapping): { sourceElementId: string; targetElementId: string }[] {
  return Object.entries(mapping)
    .filter(([, to]) => to !== '')
    .map(([sourceElementId, targetElementId]) => ({ sourceElementId, targetElementId }));
}
