import { Division } from './division.ts';
import { partitionOf } from './partition-of.ts';

const KEYS = Array.from({ length: 40 }, (_, n) => `web:L-${n}`);

function divisionOf(partitions: number, keys: readonly string[], among: number): Division {
  const division = new Division('orders', partitions);
  for (const key of keys) division.stands(key, partitionOf(key, among));
  return division;
}

describe('the keys of a topic', () => {
  it('are divided among all its partitions, though it holds none yet, or a few', () => {
    for (const keys of [[], KEYS.slice(0, 1), KEYS]) expect(divisionOf(12, keys, 12).among).toBe(12);
  });

  it('stay in the partitions that it had before some were added', () => {
    expect(divisionOf(12, KEYS, 6).among).toBe(6);
    expect(divisionOf(7, KEYS, 6).among).toBe(6);
  });

  it('are divided among all partitions where a stranger has written a key to the wrong one', () => {
    const division = divisionOf(12, KEYS, 12);
    division.stands('web:A', (partitionOf('web:A', 12) + 1) % 12);
    expect(division.among).toBe(12);
  });
});
