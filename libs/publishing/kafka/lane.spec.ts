import type { ListingNumber } from '../src/change-source.ts';
import { Lane, type Wanted } from './lane.ts';

const wanted = (...names: readonly string[]): Wanted[] =>
  names.map((name) => ({ key: name.slice(0, 1), position: Number(name.slice(1)) }));
const names = (some: readonly Wanted[]): string[] => some.map(({ key, position }) => `${key}${position}`);

const laneOf = (...waiting: readonly string[]): Lane => filled({ isInLogOrder: false }, waiting);
const laneInLogOrder = (...waiting: readonly string[]): Lane => filled({ isInLogOrder: true }, waiting);

function filled(order: { readonly isInLogOrder: boolean }, waiting: readonly string[]): Lane {
  const lane = new Lane(order);
  for (const each of wanted(...waiting)) lane.want(each);
  return lane;
}

describe('a lane', () => {
  it('holds each key once, in the place of its first change, so that what changes all the time has its turn', () => {
    expect(names(laneOf('a1', 'b2', 'a3').take(9))).toEqual(['a3', 'b2']);
  });

  it('hands out each key with the number of its last change, if that is known', () => {
    const lane = laneOf();
    const number = (version: number): ListingNumber => ({
      ...{ channel: 'web', listing: 'a', sku: 'a', available: 1, version, recordedAt: 0, reason: 'sale' },
    });
    lane.want({ key: 'a', position: 1, number: number(1) });
    lane.want({ key: 'a', position: 2, number: number(2) });
    lane.want({ key: 'b', position: 3, number: number(3) });
    lane.want({ key: 'b', position: 4 });
    expect(lane.take(9).map((each) => each.number?.version)).toEqual([2, undefined]);
  });

  it('holds each key where it last changed, if the order of the log counts', () => {
    expect(names(laneInLogOrder('a1', 'b2', 'a3').take(9))).toEqual(['b2', 'a3']);
  });

  it.each([
    ['with its newer change', laneOf, ['a4', 'b2', 'c3']],
    [
      'but not before its own newer change, if the order of the log counts',
      laneInLogOrder,
      ['b2', 'c3', 'a4'],
    ],
  ])('puts what could not be sent before all else, %s', (_, open, expected) => {
    const lane = open('a1', 'b2');
    const taken = lane.take(9);
    for (const each of wanted('c3', 'a4')) lane.want(each);
    lane.land(taken);
    expect([names(lane.take(9)), lane.oldest]).toEqual([expected, 1]);
  });

  it('counts from the first change of a key that changed again before it was sent, until that is read back', () => {
    const lane = laneOf('a1', 'b7', 'a9');
    const seen = [lane.oldest];
    lane.take(1);
    seen.push(lane.oldest);
    lane.wrote([{ key: 'a', version: 9, offset: 3 }]);
    lane.land();
    seen.push(lane.oldest);
    lane.readBack('a', 9);
    expect([...seen, lane.oldest]).toEqual([1, 1, 1, 7]);
  });

  it('still counts from there if that was lost, or written once more before it was read back', () => {
    const lane = laneOf('a1', 'a9');
    lane.take(1);
    lane.wrote([{ key: 'a', version: 9, offset: 3 }]);
    lane.land();
    lane.wantFirst(lane.lostBefore(4));
    expect(lane.oldest).toBe(1);
    lane.take(1);
    lane.wrote([{ key: 'a', version: 9, offset: 5 }]);
    lane.land();
    lane.want({ key: 'a', position: 12 });
    lane.take(1);
    lane.wrote([{ key: 'a', version: 12, offset: 6 }]);
    lane.land();
    expect(lane.oldest).toBe(1);
    lane.readBack('a', 12);
    expect(lane.oldest).toBe(Infinity);
  });

  it('is at rest once all that was written is read back, some of it before the answer', () => {
    const lane = laneOf('a1', 'b2');
    expect([lane.isPending('a'), lane.isPending('c')]).toEqual([true, false]);
    lane.take(9);
    expect(lane.isPending('a')).toBe(true);
    lane.readBack('a', 1);
    lane.wrote([
      { key: 'a', version: 1, offset: 0 },
      { key: 'b', version: 2, offset: 1 },
    ]);
    lane.land();
    expect([lane.isPending('a'), lane.isPending('b'), lane.isAtRest]).toEqual([false, true, false]);
    expect(lane.readBack('b', 1)).toBe(false); // Somebody else's, of before.
    expect(lane.readBack('b', 2)).toBe(true);
    expect(lane.isAtRest).toBe(true);
    expect(lane.readBack('b', 2)).toBe(false);
  });

  it('finds what was written and is not in the topic', () => {
    const lane = laneOf('a1', 'b2');
    lane.take(9);
    lane.wrote([
      { key: 'a', version: 1, offset: 7 },
      { key: 'b', version: 2, offset: 8 },
    ]);
    lane.land();
    lane.readBack('b', 2);
    expect(names(lane.lostBefore(7))).toEqual([]);
    expect(names(lane.lostBefore(8))).toEqual(['a1']);
    expect(lane.isAtRest).toBe(true);
  });

  it('finds a value written over by an older one before its answer came', () => {
    const lane = laneOf('a5');
    lane.take(1);
    lane.readBack('a', 5);
    lane.readBack('a', 3); // Of somebody who had slept.
    lane.wrote([{ key: 'a', version: 5, offset: 0 }]);
    lane.land();
    expect(names(lane.lostBefore(2))).toEqual(['a5']);
  });

  it('finds what is lost also before a key that was written once more behind it', () => {
    const lane = laneOf('a1', 'b2');
    lane.take(9);
    lane.wrote([
      { key: 'a', version: 1, offset: 0 },
      { key: 'b', version: 2, offset: 1 },
    ]);
    lane.land();
    lane.want({ key: 'a', position: 3 });
    lane.take(9);
    lane.wrote([{ key: 'a', version: 3, offset: 2 }]);
    lane.land();
    expect(names(lane.lostBefore(2))).toEqual(['b2']);
    expect(names(lane.lostBefore(3))).toEqual(['a3']);
  });

  it('knows the oldest change that is not known to be in the topic, and which keys are still to come', () => {
    const lane = laneOf('a5', 'b4', 'c9');
    const seen = (): unknown => [
      lane.oldest,
      lane.pending,
      wanted('a5', 'b4', 'c9').map((each) => lane.covers(each)),
    ];
    expect(seen()).toEqual([4, 3, [true, true, true]]);
    expect(names(lane.take(2))).toEqual(['a5', 'b4']);
    expect(seen()).toEqual([4, 3, [true, true, true]]);
    lane.wrote([{ key: 'b', version: 4, offset: 0 }]);
    lane.land(wanted('a5'));
    expect(seen()).toEqual([4, 3, [true, true, true]]);
    lane.readBack('b', 4);
    expect(seen()).toEqual([5, 2, [true, false, true]]);
    lane.take(1);
    expect(lane.covers({ key: 'a', position: 6 })).toBe(false);
    lane.wrote([{ key: 'a', version: 5, offset: 1 }]);
    lane.land();
    lane.take(1);
    lane.wrote([{ key: 'c', version: 9, offset: 2 }]);
    lane.land();
    lane.readBack('a', 5);
    lane.want({ key: 'd', position: 12 });
    expect([lane.oldest, lane.pending]).toEqual([9, 2]);
    lane.clear();
    expect([lane.oldest, lane.isAtRest, names(lane.lostBefore(99))]).toEqual([Infinity, true, []]);
  });

  it('knows the oldest change in whatever order they were taken and written', () => {
    const lane = laneOf('a5', 'b9', 'c7');
    lane.take(3);
    expect(lane.oldest).toBe(5);
    lane.wrote([
      { key: 'a', version: 5, offset: 0 },
      { key: 'b', version: 9, offset: 1 },
      { key: 'c', version: 7, offset: 2 },
    ]);
    lane.land();
    lane.want({ key: 'd', position: 12 });
    expect(lane.oldest).toBe(5);
    lane.readBack('a', 5);
    expect(lane.oldest).toBe(7);
  });

  it('does not take what an earlier send read back for the answer to a later one', () => {
    const lane = laneOf('a1');
    lane.take(1);
    lane.readBack('a', 1);
    lane.land(wanted('a1')); // The send failed, and was written all the same.
    lane.readBack('a', 1);
    lane.take(1);
    lane.wrote([{ key: 'a', version: 1, offset: 5 }]);
    lane.land();
    expect(names(lane.lostBefore(6))).toEqual(['a1']);
  });
});
