import { describe, expect, it } from 'vitest';
import { changeInWords, heatOf, visitsOf } from './heat';

const visit = (elementId: string, ms: number, state = 'COMPLETED') =>
  ({
    elementId,
    state,
    startDate: '2026-01-01T00:00:00.000Z',
    endDate: state === 'ACTIVE' ? null : new Date(Date.parse('2026-01-01T00:00:00Z') + ms).toISOString(),
  }) as never;

describe('visits to elements', () => {
  it('have the mean and the 95th percentile of those that completed', () => {
    const took = Array.from({ length: 100 }, (_, at) => visit('charge', (at + 1) * 10));
    const found = visitsOf([...took, visit('charge', 0, 'ACTIVE'), visit('charge', 1, 'TERMINATED')], []);
    expect(found.get('charge')).toEqual({ count: 102, mean: 505, p95: 950, incidents: 0 });
  });

  it('know no duration before one completed, but their incidents', () => {
    const found = visitsOf([visit('ship', 0, 'ACTIVE')], [{ elementId: 'ship' } as never]);
    expect(found.get('ship')).toEqual({ count: 1, mean: undefined, p95: undefined, incidents: 1 });
  });
});

describe('heat', () => {
  it('has five classes by the logarithm, and none where nothing was', () => {
    const heat = heatOf(new Map([['a', 1000], ['b', 30], ['c', 1], ['d', 0]]));
    expect(heat).toEqual([
      { id: 'a', name: 'heat-5' },
      { id: 'b', name: 'heat-3' },
      { id: 'c', name: 'heat-1' },
    ]);
    expect(heatOf(new Map([['a', 0]]))).toEqual([]);
    expect(heatOf(new Map())).toEqual([]);
  });
});

it('tells a change in percent', () => {
  expect(changeInWords(140, 100)).toBe('+40 %');
  expect(changeInWords(60, 100)).toBe('−40 %');
  expect(changeInWords(100, 100)).toBe('same');
  expect(changeInWords(100, undefined)).toBe('');
});
