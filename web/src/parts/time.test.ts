import { describe, expect, it } from 'vitest';
import { absolute, duration, relative } from './time';

describe('a duration', () => {
  it.each([
    [12, '12 ms'],
    [12_400, '12.4 s'],
    [200_000, '3 min 20 s'],
    [7_200_000, '2 h'],
    [187_200_000, '2 d 4 h'],
  ])('%d ms is %s', (ms, text) => expect(duration(ms)).toBe(text));
});

describe('a moment', () => {
  const noon = Date.parse('2026-03-29T12:00:00Z');
  it('of today has no date', () => {
    expect(absolute(noon, 'utc', noon)).toBe('12:00:00 UTC');
  });
  it('of another day has one', () => {
    expect(absolute(noon - 86_400_000, 'utc', noon)).toBe('2026-03-28 12:00:00 UTC');
  });
  it('is told in words, into both directions', () => {
    expect(relative(noon - 3_600_000, noon)).toMatch(/1 hr\.? ago/);
    expect(relative(noon + 120_000, noon)).toMatch(/in 2 min/);
    expect(relative(noon, noon)).toBe('now');
  });
});
