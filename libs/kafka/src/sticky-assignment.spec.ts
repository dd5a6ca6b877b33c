import * as fc from 'fast-check';
import { assignSticky, type Sharer } from './sticky-assignment.ts';

const sharer = (id: string, had: readonly number[] = [], since = 0): Sharer => ({ id, had, since });
const shown = (given: ReadonlyMap<string, readonly number[]>): Record<string, readonly number[]> =>
  Object.fromEntries(given);

describe('shards are divided', () => {
  it('evenly among those who begin', () => {
    expect(shown(assignSticky(5, [sharer('b'), sharer('a')]))).toEqual({ a: [0, 1, 2], b: [3, 4] });
  });

  it('and a newcomer takes only its share', () => {
    const before = [sharer('a', [0, 1, 2, 3]), sharer('b', [4, 5, 6, 7])];
    const given = assignSticky(8, [...before, sharer('c')]);
    expect(shown(given)).toEqual({ a: [0, 1, 2], b: [4, 5, 6], c: [3, 7] });
  });

  it("and those who stay keep theirs and take the leaver's", () => {
    const given = assignSticky(6, [sharer('a', [0, 3]), sharer('b', [1, 4])]);
    expect(shown(given)).toEqual({ a: [0, 2, 3], b: [1, 4, 5] });
  });

  it('and a process that had slept does not take back what others have since', () => {
    const given = assignSticky(4, [sharer('slept', [0, 1], 10), sharer('b', [0, 1, 2, 3], 20)]);
    expect(shown(given)).toEqual({ b: [0, 1], slept: [2, 3] });
  });

  it('so that each has one owner, nobody has two more than another, and a second division moves nothing', () => {
    const scene = fc.record({
      count: fc.integer({ min: 1, max: 40 }),
      sharers: fc.uniqueArray(
        fc.record({
          id: fc.string({ minLength: 1, maxLength: 3 }),
          had: fc.array(fc.integer({ min: -2, max: 50 }), { maxLength: 20 }),
          since: fc.integer({ min: 0, max: 3 }),
        }),
        { minLength: 1, maxLength: 8, selector: ({ id }) => id },
      ),
    });
    fc.assert(
      fc.property(scene, ({ count, sharers }) => {
        const given = assignSticky(count, sharers);
        const all = [...given.values()].flat();
        expect([...all].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, shard) => shard));
        const sizes = [...given.values()].map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(assignSticky(count, [...sharers].reverse())).toEqual(given);
        // What it came to is where it stays, asked again.
        const settled = sharers.map(({ id, since }) => ({ id, had: given.get(id)!, since }));
        expect(assignSticky(count, settled)).toEqual(given);
      }),
    );
  });
});
