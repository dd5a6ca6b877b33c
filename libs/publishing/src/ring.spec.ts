import { endOf } from './place.ts';
import { ChangeRing, RING_CHANGES_MAX } from './ring.ts';
import type { ListingNumber } from './change-source.ts';

const number = (version: number, listing: string): ListingNumber => ({
  ...{ channel: 'web', listing, sku: listing, available: 1, reason: 'sale' },
  ...{ version, recordedAt: version },
});

/** So many changes of so many listings in turn, one a version. */
function fill(ring: ChangeRing, count: number, listings: number, first = 1): void {
  for (let version = first; version < first + count; version++) {
    ring.attend();
    ring.collect(number(version, `S${version % listings}`));
    ring.settle(version);
  }
}

/** The versions still to be had behind a position. */
const versionsAfter = (ring: ChangeRing, position: number, head: number): number[] =>
  ring.after(endOf(position), Infinity, head).changes.map((change) => change.position);

describe('the ring of newest changes', () => {
  it('keeps at most so many, and says from where on it has all of them', () => {
    const ring = new ChangeRing(0);
    const count = RING_CHANGES_MAX * 3;
    fill(ring, count, Infinity);

    expect(ring.covers(endOf(0))).toBe(false);
    const floor = count - versionsAfter(ring, 0, count).length;
    expect(ring.covers(endOf(floor))).toBe(true);
    expect(ring.covers(endOf(floor - 1))).toBe(false);
    expect(count - floor).toBeLessThanOrEqual(RING_CHANGES_MAX);
    expect(count - floor).toBeGreaterThanOrEqual(RING_CHANGES_MAX / 2);
  });

  it('reaches back for ever where the same few listings change', () => {
    const ring = new ChangeRing(0);
    const count = RING_CHANGES_MAX * 3;
    fill(ring, count, 5);

    expect(ring.covers(endOf(0))).toBe(true);
    expect(versionsAfter(ring, 0, count)).toEqual([4, 3, 2, 1, 0].map((back) => count - back));
  });

  it('keeps nothing while nobody reads, and everything after somebody does', () => {
    const ring = new ChangeRing(0, 10);
    for (let version = 1; version <= 30; version++) {
      ring.collect(number(version, `S${version}`));
      ring.settle(version);
    }
    expect(ring.covers(endOf(29))).toBe(false);
    expect(ring.covers(endOf(30))).toBe(true);
    fill(ring, 3, Infinity, 31);
    expect(versionsAfter(ring, 30, 33)).toEqual([31, 32, 33]);
  });

  it('keeps all of an event or nothing, though a reader comes in the middle of it', () => {
    const ring = new ChangeRing(0, 10);
    for (let version = 1; version <= 11; version++) {
      ring.collect(number(version, `S${version}`));
      ring.settle(version);
    }
    ring.collect(number(12, 'A'));
    ring.attend();
    ring.collect(number(12, 'B'));
    ring.settle(12);
    expect(ring.covers(endOf(11))).toBe(false);
    expect(versionsAfter(ring, 12, 12)).toEqual([]);
  });

  it('does not claim to have all of a version of which it dropped some', () => {
    const ring = new ChangeRing(0);
    const listings = Array.from({ length: RING_CHANGES_MAX }, (_, index) => `S${10_000 + index}`);
    for (const listing of listings) ring.collect(number(1, listing));
    ring.settle(1);
    fill(ring, 1, 2, 2); // One more: the oldest quarter of version 1 goes.

    const left = ring.after(endOf(0), Infinity, 2).changes.filter((change) => change.position === 1);
    const firstLeft = listings.indexOf(left[0]!.id);
    expect(firstLeft).toBeGreaterThan(0);
    expect(ring.covers({ position: 1, kind: 0, id: listings[firstLeft - 2]! })).toBe(false);
    expect(ring.covers({ position: 1, kind: 0, id: listings[firstLeft - 1]! })).toBe(true);
  });

  it('passes over what was overtaken, wherever a reader begins, also after another has read', () => {
    const ring = new ChangeRing(0);
    fill(ring, 6, 3);
    expect(versionsAfter(ring, 4, 6)).toEqual([5, 6]);
    expect(versionsAfter(ring, 2, 6)).toEqual([4, 5, 6]);
    expect(versionsAfter(ring, 0, 6)).toEqual([4, 5, 6]);
    fill(ring, 2, 3, 7);
    expect(versionsAfter(ring, 6, 8)).toEqual([7, 8]);
    expect(versionsAfter(ring, 0, 8)).toEqual([6, 7, 8]);
  });

  it('keeps an order and a listing of the same name apart', () => {
    const ring = new ChangeRing(0);
    fill(ring, 1, Infinity);
    ring.addOrder(2, 'S1');
    ring.addOrder(3, 'S1');
    expect(versionsAfter(ring, 0, 3)).toEqual([1, 3]);
  });
});
