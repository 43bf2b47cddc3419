import { describe, expect, it } from 'vitest';
import type { ElementCounts } from '../../api/types';
import type { ModelElement } from '../../parts/elements';
import { instructionsOf, merged, rowsOf } from './mapping';

const model = (...ids: [string, string][]) =>
  new Map(ids.map(([id, type]) => [id, { id, name: id, type, parent: undefined } as ModelElement]));
const now = model(['Start', 'startEvent'], ['charge', 'serviceTask'], ['review', 'userTask']);
const there = model(['Start', 'startEvent'], ['charge', 'serviceTask'], ['bill', 'serviceTask']);
const counts = [
  { elementId: 'review', active: 0, incidents: 1 },
  { elementId: 'charge', active: 2, incidents: 0 },
] as ElementCounts[];

describe('a mapping', () => {
  it('shows first what needs a decision, then what has tokens', () => {
    const rows = rowsOf(now, there, counts, { charge: 'charge' }, { charge: 'charge' });
    expect(rows.map((it) => [it.id, it.isMissing])).toEqual([
      ['review', true],
      ['charge', false],
      ['Start', false],
    ]);
    expect(rows[1]?.options.map((it) => it.id)).toEqual(['charge', 'bill']);
    expect(rows[1]?.isProposed).toBe(true);
  });

  it('follows the hand before the proposal, also when the hand took something away', () => {
    const mapping = merged({ charge: 'charge', Start: 'Start' }, { charge: 'bill', Start: '' });
    expect(instructionsOf(mapping)).toEqual([{ sourceElementId: 'charge', targetElementId: 'bill' }]);
  });
});
