import { describe, expect, it } from 'vitest';
import { canOf } from './rights';

const grant = (resourceType: string, resourceId: string, ...permissionTypes: string[]) =>
  ({ resourceType, resourceId, permissionTypes });

describe('what may be done', () => {
  const can = canOf([grant('CASE', 'complaint', 'READ', 'UPDATE'), grant('ALERT', '*', 'READ')]);
  it.each([
    ['UPDATE', 'CASE', 'complaint', true],
    ['UPDATE', 'CASE', 'cold-chain', false],
    ['UPDATE', 'CASE', undefined, true],
    ['CREATE', 'CASE', 'complaint', false],
    ['READ', 'ALERT', 'too-warm', true],
    ['UPDATE', 'ALERT', undefined, false],
    ['READ', 'SIGNAL', undefined, false],
  ])('%s on %s %s: %s', (permission, type, id, expected) => {
    expect(can(permission, type, id)).toBe(expected);
  });

  it('is everything for administrators', () => expect(canOf('all')('DELETE', 'USER', 'ada')).toBe(true));
});
