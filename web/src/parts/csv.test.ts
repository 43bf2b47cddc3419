import { describe, expect, it } from 'vitest';
import { csv } from './csv';

describe('a CSV file', () => {
  it('quotes commas, quotes and line ends', () => {
    expect(csv(['a', 'b'], [['x,y', 'say "no"\nnow']])).toBe('a,b\r\n"x,y","say ""no""\nnow"');
  });

  it('disarms what a spreadsheet would run, but leaves numbers', () => {
    expect(csv(['a'], [['=1+1'], ['@SUM(A1)'], ['-cmd'], ['-12.5']])).toBe("a\r\n'=1+1\r\n'@SUM(A1)\r\n'-cmd\r\n-12.5");
  });

  it('leaves what is absent empty', () => {
    expect(csv(['a', 'b'], [[null, undefined]])).toBe('a,b\r\n,');
  });
});
