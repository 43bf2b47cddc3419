import { describe, expect, it } from 'vitest';
import type { ElementCounts } from '../../api/types';
import { added, cancelled, modificationOf, moved, planMarks } from './plan';

const counts = [{ elementId: 'charge', active: 2, incidents: 1, completed: 0, canceled: 0 }] as ElementCounts[];

describe('a planned modification', () => {
  it('moves all tokens of an element, or the chosen one', () => {
    const { body } = modificationOf([
      moved({ element: 'charge' }, 'ship'),
      moved({ element: 'charge', key: '7' }, 'ship'),
    ]);
    expect(body?.moveInstructions?.map((it) => it.sourceElementInstruction)).toEqual([
      { sourceType: 'byId', sourceElementId: 'charge' },
      { sourceType: 'byKey', sourceElementInstanceKey: '7' },
    ]);
  });

  it('brings variables to the process, or to the element alone', () => {
    const brings = { ...added('ship'), variables: '{ "carrier": "B" }' } as const;
    const of = (change: ReturnType<typeof added>) =>
      modificationOf([change]).body?.activateInstructions?.[0]?.variableInstructions;
    expect(of(brings)).toEqual([{ variables: { carrier: 'B' } }]);
    expect(of({ ...brings, isLocal: true } as never)).toEqual([
      { variables: { carrier: 'B' }, scopeId: 'ship' },
    ]);
    expect(of(added('ship'))).toEqual([]);
  });

  it('is not sent while what was typed is no JSON', () => {
    const { body, error } = modificationOf([{ ...added('ship'), variables: '{ carrier' } as never]);
    expect(body).toBeUndefined();
    expect(error).toContain('Variables of ship');
  });

  it('cancels by key or by element, and is nothing without a change', () => {
    const { body } = modificationOf([cancelled({ element: 'charge' }), cancelled({ element: 'a', key: '7' })]);
    expect(body?.terminateInstructions).toEqual([{ elementId: 'charge' }, { elementInstanceKey: '7' }]);
    expect(modificationOf([]).body).toBeUndefined();
  });
});

describe('badges of a plan', () => {
  it('count the tokens, those with an incident too, not the changes', () => {
    const marks = planMarks([moved({ element: 'charge' }, 'ship'), added('ship')], counts);
    expect(marks.map((it) => [it.elementId, it.kind, it.text])).toEqual([
      ['ship', 'comes', '+4'],
      ['charge', 'goes', '−3'],
    ]);
  });
});
