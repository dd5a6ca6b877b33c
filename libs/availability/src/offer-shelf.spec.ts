import fc from 'fast-check';
import { compareUtf8 } from '#kernel';
import { IN_MEMORY, SqliteReadModel } from '#read-model/sqlite';
import type { ListingNumber } from './offer.ts';
import { type MovedListing, OfferShelf, SLOTS, type Wanted } from './offer-shelf.ts';

function openShelf(): { shelf: OfferShelf; close: () => void } {
  const readModel = SqliteReadModel.open({ file: IN_MEMORY });
  return { shelf: new OfferShelf(readModel), close: () => readModel.close() };
}

const by = (version: number, moved?: MovedListing) => ({
  ...{ version, recordedAt: version * 10, reason: 'sale' as const },
  ...(moved && { moved }),
});
const want = (channel: string, listing: string, available: number, implied = true): Wanted => ({
  channel,
  listing,
  available,
  implied,
});

describe('the numbers of an item', () => {
  it('change their version when they change, and only then', () => {
    const { shelf, close } = openShelf();
    shelf.addChannel('web');
    const first = shelf.update('MUG', [want('web', 'MUG', 5), want('amz', 'B1', 5, false)], by(1));
    expect(first.map(({ channel, version, available }) => [channel, version, available])).toEqual([
      ['web', 1, 5],
      ['amz', 1, 5],
    ]);
    expect(shelf.update('MUG', [want('web', 'MUG', 5), want('amz', 'B1', 4, false)], by(2))).toEqual([
      { channel: 'amz', listing: 'B1', sku: 'MUG', available: 4, version: 2, recordedAt: 20, reason: 'sale' },
    ]);
    expect(shelf.number('MUG', 'web', 'MUG')).toMatchObject({ version: 1, available: 5 });
    close();
  });

  it('of a listing that no longer exists become 0, if its channel is concerned', () => {
    const { shelf, close } = openShelf();
    shelf.addChannel('web');
    shelf.update('MUG', [want('web', 'MUG', 5), want('pos', 'MUG', 6)], by(1));
    expect(
      shelf.update('MUG', [], by(2), new Set(['web'])).map(({ channel, available }) => [channel, available]),
    ).toEqual([['web', 0]]);
    expect(shelf.update('MUG', [], by(3), new Set(['web']))).toEqual([]);
    expect(shelf.number('MUG', 'pos', 'MUG')).toMatchObject({ version: 1, available: 6 });
    close();
  });

  it('become 0 even if it is the only listing', () => {
    const { shelf, close } = openShelf();
    shelf.addChannel('web');
    shelf.update('MUG', [want('web', 'MUG', 5)], by(1));
    expect(shelf.update('MUG', [], by(2))).toMatchObject([{ channel: 'web', available: 0, version: 2 }]);
    expect(shelf.after('web', { version: 1 }, 9)).toMatchObject([{ listing: 'MUG', available: 0 }]);
    close();
  });

  it('go with a listing to another item, and are told as that item’s, even if they are the same', () => {
    const { shelf, close } = openShelf();
    shelf.addChannel('web');
    shelf.update('MUG', [want('web', 'MUG', 5)], by(1));
    const moved = { channel: 'web', listing: 'MUG', from: 'MUG', to: 'CUP' };
    const wanted = [want('web', 'CUP', 5), want('web', 'MUG', 5, false)];
    expect(shelf.update('CUP', wanted, by(2, moved))).toMatchObject([
      { listing: 'CUP', sku: 'CUP', available: 5, version: 2 },
      { listing: 'MUG', sku: 'CUP', available: 5, version: 2 },
    ]);
    expect(shelf.update('MUG', [], by(2, moved))).toEqual([]);
    expect(shelf.ownerOf('web', 'MUG')).toBe('CUP');
    expect(
      shelf.after('web', { version: 1 }, 9).map(({ listing, sku, version }) => [listing, sku, version]),
    ).toEqual([
      ['CUP', 'CUP', 2],
      ['MUG', 'CUP', 2],
    ]);
    expect(shelf.update('CUP', wanted, by(3))).toEqual([]);
    close();
  });
});

describe('a reader of one channel', () => {
  const CHANNELS = Array.from({ length: SLOTS + 2 }, (_, n) => `ch${n}`);
  const channel = fc.constantFrom('ch0', 'ch1', `ch${SLOTS}`, `ch${SLOTS + 1}`);
  const sku = fc.constantFrom('A', 'B', 'C', 'é', '\ue000', '😀');
  const name = fc.constantFrom('A', 'x', 'y', '😀x');
  const step = fc.oneof(
    fc.record({ kind: fc.constant('implied' as const), sku, channel, available: fc.nat(3) }),
    fc.record({ kind: fc.constant('named' as const), sku, channel, name, available: fc.nat(3) }),
  );

  it('finds exactly what has changed since, in order, page by page, whatever the page size', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 40 }),
        fc.integer({ min: 1, max: 5 }),
        fc.nat(40),
        (steps, limit, from) => {
          const { shelf, close } = openShelf();
          CHANNELS.forEach((id) => shelf.addChannel(id));
          const model = new Map<string, ListingNumber>();
          const wanted = new Map<string, Map<string, Wanted>>();
          steps.forEach((told, index) => {
            const listing = told.kind === 'implied' ? told.sku : told.name;
            const key = `${told.channel}:${listing}`;
            const taken = [...wanted.values()].some((of) => of.get(key)?.implied === false);
            if (told.kind === 'implied' && taken) return;
            const from = shelf.ownerOf(told.channel, listing) ?? told.sku;
            const moved = { channel: told.channel, listing, from, to: told.sku };
            const isMoved = from !== told.sku;
            if (isMoved) wanted.get(from)?.delete(key);
            const ofItem = wanted.get(told.sku) ?? new Map<string, Wanted>();
            wanted.set(
              told.sku,
              ofItem.set(key, want(told.channel, listing, told.available, told.kind === 'implied')),
            );
            const cause = by(index + 1, isMoved ? moved : undefined);
            if (isMoved) model.delete(key); // It must be told anew.
            for (const changed of shelf.update(told.sku, [...ofItem.values()], cause)) {
              model.set(`${changed.channel}:${changed.listing}`, changed);
            }
          });
          for (const id of ['ch0', `ch${SLOTS}`]) {
            const mine = [...model.values()].filter((number) => number.channel === id);
            const byVersion = mine
              .filter(({ version }) => version > from)
              .sort((a, b) => a.version - b.version || compareUtf8(a.listing, b.listing));
            expect(readAfter(shelf, id, from, limit)).toEqual(byVersion);
            const byName = mine.sort((a, b) => compareUtf8(a.listing, b.listing));
            expect(readByListing(shelf, id, limit)).toEqual(byName);
            for (const number of mine) {
              expect(shelf.number(shelf.ownerOf(id, number.listing) ?? '', id, number.listing)).toEqual(
                number,
              );
            }
          }
          close();
        },
      ),
      { numRuns: 300 },
    );
  });

  function readAfter(shelf: OfferShelf, id: string, version: number, limit: number): ListingNumber[] {
    const read: ListingNumber[] = [];
    for (let page = shelf.after(id, { version }, limit); page.length > 0;) {
      read.push(...page);
      const last = page.at(-1) as ListingNumber;
      page = shelf.after(id, { version: last.version, listing: last.listing }, limit);
    }
    return read;
  }

  function readByListing(shelf: OfferShelf, id: string, limit: number): ListingNumber[] {
    const read: ListingNumber[] = [];
    for (let page = shelf.byListing(id, undefined, limit); page.length > 0;) {
      read.push(...page);
      page = shelf.byListing(id, page.at(-1)?.listing, limit);
    }
    return read;
  }
});

it('a page of a channel in which nearly every item has a listing of its own name reads few items', () => {
  const readModel = SqliteReadModel.open({ file: IN_MEMORY });
  const rows = { read: 0 };
  const open = readModel.shelf.bind(readModel);
  readModel.shelf = (definition) => {
    const shelf = open(definition);
    const byKey = shelf.byKey.bind(shelf);
    shelf.byKey = (page) => {
      const found = byKey(page);
      rows.read += found.length;
      return found;
    };
    return shelf;
  };
  const shelf = new OfferShelf(readModel);
  shelf.addChannel('web');
  const names = Array.from({ length: 3_000 }, (_, number) => `S-${String(number).padStart(4, '0')}`);
  for (const [index, name] of names.entries()) {
    shelf.update(name, [want('web', name, 1, index % 100 === 0)], by(index + 1));
  }
  const seen: string[] = [];
  for (let after: string | undefined; seen.length < names.length; after = seen.at(-1)) {
    rows.read = 0;
    const page = shelf.byListing('web', after, 200);
    expect(rows.read).toBeLessThanOrEqual(1_000);
    expect(page).toHaveLength(200);
    seen.push(...page.map(({ listing }) => listing));
  }
  expect(seen).toEqual(names);
  readModel.close();
});
