import { ReadBack, TopicMadeAnew } from './read-back.ts';
import type { ReadRecord } from './topic-link.ts';

const record = (offset: number, key: string, version: number): ReadRecord => ({
  ...{ offset, key, value: Buffer.from(JSON.stringify({ version })) },
});

/** Of two partitions, with what it has said. */
function opened() {
  const said: unknown[] = [];
  const readBack = new ReadBack(2, {
    holds: (held, version) => said.push([held.partition, held.key, version, held.version]),
    passed: (partition, next) => said.push(['passed', partition, next]),
    current: () => said.push('current'),
    again: () => said.push('again'),
  });
  return { readBack, said: () => said.splice(0) };
}

describe('what is read back of a topic', () => {
  it('is current once all is read that each partition held when it was asked', () => {
    const { readBack, said } = opened();
    readBack.expect([
      { low: 0, high: 2 },
      { low: 5, high: 5 }, // Empty: no record will come.
    ]);
    expect([readBack.isCurrent, said()]).toEqual([false, []]);
    readBack.read(0, [record(0, 'a', 7)], 1);
    expect([readBack.isCurrent, said()]).toEqual([
      false,
      [
        [0, 'a', 7, 7],
        ['passed', 0, 1],
      ],
    ]);
    readBack.read(0, [], 2); // The mark of a transaction.
    expect([readBack.isCurrent, said()]).toEqual([true, [['passed', 0, 2], 'current']]);
    readBack.expect([
      { low: 0, high: 2 },
      { low: 5, high: 6 },
    ]);
    expect(readBack.isCurrent).toBe(false);
  });

  it('waits for no partition without a leader, unless it knew records of it before', () => {
    const { readBack } = opened();
    readBack.expect([{ low: 0, high: 1 }, undefined]);
    expect(readBack.isCurrent).toBe(false);
    readBack.read(0, [record(0, 'a', 7)], 1);
    expect(readBack.isCurrent).toBe(true);
    readBack.expect([
      { low: 0, high: 1 },
      { low: 0, high: 1 },
    ]);
    readBack.expect([{ low: 0, high: 1 }, undefined]);
    expect(readBack.isCurrent).toBe(false);
    readBack.read(1, [record(0, 'b', 7)], 1);
    expect(readBack.isCurrent).toBe(true);
    expect(() => readBack.check([{ low: 0, high: 1 }, undefined])).not.toThrow();
  });

  it('has no version in tombstones and strangers’ records, and passes over records without a key', () => {
    const { readBack, said } = opened();
    const records = [
      { ...record(0, 'a', 1), value: null },
      { ...record(1, 'b', 1), value: Buffer.from('no JSON') },
      { ...record(2, 'c', 1), key: undefined },
    ];
    readBack.read(1, records, 3);
    expect(said()).toEqual([
      [1, 'a', undefined, 0],
      [1, 'b', undefined, 0],
      ['passed', 1, 3],
    ]);
  });

  it('is handed on once, with a word where records come again', () => {
    const { readBack, said } = opened();
    readBack.read(0, [record(0, 'a', 1), record(1, 'b', 2)], 2);
    said();
    readBack.read(0, [record(1, 'b', 2), record(2, 'c', 3)], 3);
    expect(said()).toEqual(['again', [0, 'c', 3, 3], ['passed', 0, 3]]);
    expect(readBack.next(0)).toBe(3);
  });

  it('does not go back for a record that comes again alone, nor for the mark of a transaction', () => {
    const { readBack, said } = opened();
    readBack.read(0, [record(0, 'a', 1), record(1, 'b', 2)], 2);
    said();
    readBack.read(0, [record(0, 'a', 1)], 1);
    readBack.read(0, [], 1);
    expect(said()).toEqual(['again', ['passed', 0, 2], ['passed', 0, 2]]);
  });

  it('leaves out partitions that somebody has added', () => {
    const { readBack, said } = opened();
    const extent = { low: 0, high: 1 };
    readBack.expect([extent, extent, extent]);
    readBack.read(2, [record(0, 'x', 1)], 1);
    expect([said(), readBack.next(2)]).toEqual([[], 0]);
    for (const partition of [0, 1]) readBack.read(partition, [record(0, 'a', 1)], 1);
    expect(readBack.isCurrent).toBe(true);
  });

  it('of a topic that ends before what was read shows that it was recreated', () => {
    const { readBack } = opened();
    readBack.read(0, [record(4, 'a', 1)], 5);
    expect(() => readBack.check([{ low: 0, high: 5 }])).not.toThrow();
    expect(() => readBack.expect([{ low: 0, high: 4 }])).toThrow(TopicMadeAnew);
  });
});
