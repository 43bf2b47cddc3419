import { describe, expect, it } from 'vitest';
import type { Incident } from '../api/types';
import { groupIncidents, shapeOf } from './fingerprint';

const incident = (key: string, message: string, more: Partial<Incident> = {}): Incident =>
  ({
    incidentKey: key,
    errorMessage: message,
    errorType: 'JOB_NO_RETRIES',
    elementId: 'Task_Charge',
    processDefinitionId: 'order',
    creationTime: `2026-01-01T00:00:${key.padStart(2, '0')}Z`,
    ...more,
  }) as Incident;

describe('incidents of one cause', () => {
  it('are together although keys, numbers and texts differ', () => {
    const groups = groupIncidents([
      incident('1', 'Order A-17 refused: limit 100 below 120.5'),
      incident('2', 'Order B-9 refused: limit 50 below 1000'),
    ]);
    expect(groups).toHaveLength(1);
    expect(groups[0]?.first).toBe('2026-01-01T00:00:01Z');
    expect(groups[0]?.last).toBe('2026-01-01T00:00:02Z');
  });

  it('are apart by element and by kind', () => {
    const groups = groupIncidents([
      incident('1', 'refused'),
      incident('2', 'refused', { elementId: 'Task_Ship' }),
      incident('3', 'refused', { errorType: 'IO_MAPPING_ERROR' }),
    ]);
    expect(groups).toHaveLength(3);
  });

  it('come before those with fewer', () => {
    const groups = groupIncidents([incident('1', 'rare'), incident('2', 'common'), incident('3', 'common')]);
    expect(groups.map((it) => it.message)).toEqual(['common', 'rare']);
  });
});

describe('the shape of a message', () => {
  it('keeps the words', () => {
    expect(shapeOf('Expected a number, but found "abc" (key 2251799813685249)')).toBe(
      'Expected a number, but found ‹text› (key ‹number›)',
    );
  });
});
