import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ListingNumber } from '#availability';
import { type Message, recompute } from '#inventory';
import { type Clock, UNIT } from '#kernel';
import { readSettings } from '../../src/environment.ts';
import { OnHand } from '../../src/service.ts';
import { atRest } from './at-rest.ts';
import { between, oneOf, type Random, randomOf } from '../fixtures/random.ts';

const START = Date.UTC(2026, 0, 5, 8);
const MINUTE = 60_000;
const ITEMS = ['A', 'B', 'C'] as const;
const SEED = Number(process.env['SEED'] ?? 20_260_105);

/** A clock that the test moves: every fact is recorded at a moment of its own. */
class Watch implements Clock {
  #now = START;
  now = (): number => this.#now;
  pass(ms: number): number {
    return (this.#now += ms);
  }
}

let directory: string;
let onhand: OnHand;
const watch = new Watch();
/** What was live after each fact, as it happened. */
const told: { readonly at: number; readonly numbers: ReadonlyMap<string, ListingNumber> }[] = [];
const stock: { readonly at: number; readonly sku: string; readonly onHand: number }[] = [];
const live = new Map<string, ListingNumber>();

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'onhand-history-'));
  onhand = await OnHand.open(readSettings({ DATA_DIR: directory }), { clock: watch });
  onhand.rooms.picture.availability.onChange((number) => live.set(keyOf(number), number));
  await openShop();
  const random = randomOf(SEED);
  for (let step = 1; step <= 150; step++) {
    watch.pass(MINUTE);
    await liveThrough(step, random);
    await atRest(onhand);
    told.push({ at: watch.now(), numbers: new Map(live) });
    for (const sku of ITEMS) stock.push({ at: watch.now(), sku, onHand: onHandOf(sku) });
  }
});
afterAll(async () => {
  await onhand.close();
  rmSync(directory, { recursive: true });
});

const keyOf = ({ channel, listing }: { channel: string; listing: string }): string => `${channel}/${listing}`;
const onHandOf = (sku: string): number =>
  (onhand.rooms.picture.ledger.item(sku)?.places ?? [])
    .flatMap((place) => place.stock)
    .reduce((sum, { onHand }) => sum + onHand, 0);

async function openShop(): Promise<void> {
  const { catalogDesk } = onhand.rooms;
  for (const id of ['east', 'west']) {
    await catalogDesk.putLocation({ id, name: id, kind: 'warehouse', active: true });
  }
  await catalogDesk.putSource({ id: 'wms', name: 'WMS', kind: 'warehouse', unknownItems: 'create' });
  for (const id of ['web', 'till']) {
    const common = { id, name: id, kind: 'storefront', lists: 'all', unknownItems: 'park' } as const;
    await catalogDesk.putChannel({ ...common, locations: ['east', 'west'] });
  }
  for (const sku of ITEMS) {
    await catalogDesk.putItem({ sku, name: sku, decimals: 0, identifiers: [], components: [] });
  }
  const kit = [
    { sku: 'A', quantity: 2 * UNIT },
    { sku: 'B', quantity: UNIT },
  ];
  await catalogDesk.putItem({ sku: 'KIT', name: 'KIT', decimals: 0, identifiers: [], components: kit });
  await openMarket();
  await atRest(onhand);
}

/** Lists a kit, and a part of it whose own policy bounds the kit. */
async function openMarket(): Promise<void> {
  const { catalogDesk } = onhand.rooms;
  const common = { id: 'market', name: 'market', kind: 'marketplace', lists: 'listed' } as const;
  await catalogDesk.putChannel({ ...common, unknownItems: 'park', locations: ['east', 'west'] });
  for (const sku of ['A', 'KIT']) {
    await catalogDesk.putListing({ channel: 'market', listing: sku, sku, unitsPer: UNIT });
  }
  await catalogDesk.putPolicy({ scope: 'listing:market:A', fields: { cap: 5 * UNIT } });
  await moveListing(0);
}

/** Now and then a listing becomes another item's; what they sell may be the same. */
async function moveListing(step: number): Promise<void> {
  const sku = ITEMS[(step / 15) % ITEMS.length]!;
  await onhand.rooms.catalogDesk.putListing({ channel: 'market', listing: 'MOVES', sku, unitsPer: UNIT });
}

/** One more thing happens: mostly facts, some late, sometimes a policy. */
async function liveThrough(step: number, random: Random): Promise<void> {
  if (step % 15 === 0) return moveListing(step);
  const sku = oneOf(random, ITEMS);
  const location = oneOf(random, ['east', 'west']);
  const lines = [{ line: '1', sku, quantity: between(random, 1, 6) * UNIT }];
  const occurredAt = watch.now() - between(random, 0, 2) * 20 * MINUTE;
  const fact = { id: `m-${step}`, occurredAt };
  switch (between(random, 0, 6)) {
    case 0:
    case 1: {
      const data = { documentId: `d-${step}`, location, lines: [{ ...lines[0]!, quantity: 20 * UNIT }] };
      return tell({ ...fact, source: 'wms', type: 'stock.received', data });
    }
    case 2:
      return tell({ ...fact, source: 'web', type: 'order.placed', data: { orderId: `o-${step}`, lines } });
    case 3:
      return tell({
        ...fact,
        source: 'till',
        type: 'sale.completed',
        data: { saleId: `s-${step}`, location, lines },
      });
    case 4: {
      const counted = {
        documentId: `c-${step}`,
        location,
        lines: [{ ...lines[0]!, disposition: 'sellable' as const }],
      };
      return tell({ ...fact, source: 'wms', type: 'stock.counted', data: counted });
    }
    case 5: {
      const shipped = {
        orderId: `o-${between(random, 1, step)}`,
        channel: 'web',
        shipmentId: `p-${step}`,
        location,
        lines,
      };
      return tell({ ...fact, source: 'wms', type: 'order.shipped', data: shipped });
    }
    default: {
      const scope = oneOf(random, ['global', `item:${sku}`, `listing:web:${sku}`, 'listing:web:KIT']);
      const fields = oneOf(random, [
        { buffer: between(random, 0, 3) * UNIT },
        { cap: between(random, 0, 8) * UNIT },
      ]);
      await onhand.rooms.catalogDesk.putPolicy({ scope, fields });
    }
  }
}

async function tell(message: Message): Promise<void> {
  const [outcome] = await onhand.rooms.journal.accept([{ message, raw: new Uint8Array() }], { door: 'test' });
  expect(outcome?.outcome).toBe('accepted');
}

const LISTINGS = [
  ...[...ITEMS, 'KIT'].flatMap((listing) => [['web', listing] as const, ['till', listing] as const]),
  ['market', 'KIT'] as const,
  ['market', 'MOVES'] as const,
];

describe(`history, SEED=${SEED}`, () => {
  it.each(LISTINGS)(
    'answers for %s/%s at any moment the number that was live then',
    async (channel, listing) => {
      for (const { at, numbers } of told.filter((_, index) => index % 10 === 9)) {
        const known = await onhand.rooms.listingHistory.numberAt(channel, listing, at);
        expect(known).toEqual(numbers.get(`${channel}/${listing}`));
      }
    },
  );

  it.each(LISTINGS)(
    'explains %s/%s at any moment, and the terms give the number',
    async (channel, listing) => {
      for (const { at, numbers } of told.filter((_, index) => index % 25 === 24)) {
        const explained = await onhand.rooms.listingHistory.explainAt(channel, listing, at);
        expect(explained?.available).toBe(numbers.get(`${channel}/${listing}`)?.available);
        expect(explained && recompute(explained.terms, explained.components)).toBe(explained?.available);
      }
    },
  );

  it.each(LISTINGS)('tells why %s/%s changed: the deltas sum to the difference', async (channel, listing) => {
    const [from, to] = [told[30]!, told[120]!];
    const { changes, ...ends } = await onhand.rooms.listingHistory.changes(channel, listing, from.at, to.at);
    const key = `${channel}/${listing}`;
    expect([ends.from.available, ends.to.available]).toEqual([
      from.numbers.get(key)?.available,
      to.numbers.get(key)?.available,
    ]);
    const sum = changes.reduce((total, { delta }) => total + delta, 0);
    expect(sum).toBe(ends.to.available - ends.from.available);
    expect(changes.every(({ events }) => events.length > 0)).toBe(true);
  });

  it('answers what an item had at any moment, as far as was known then', async () => {
    for (const { at, sku, onHand } of stock.filter((_, index) => index % 7 === 6)) {
      const then = await onhand.rooms.itemHistory.stockAt(sku, { knownAt: at });
      const sum = (then?.places ?? []).flatMap((place) => Object.values(place.onHand));
      expect(sum.reduce((total, quantity) => total + quantity, 0)).toBe(onHand);
    }
  });

  it('has a timeline whose balances run on, and end at what is there now', async () => {
    for (const sku of ITEMS) {
      const rows = await onhand.rooms.itemHistory.timeline(sku, {});
      const middle = rows[Math.floor(rows.length / 2)]!.occurredAt;
      const until = rows.filter(({ occurredAt }) => occurredAt <= middle);
      expect(await onhand.rooms.itemHistory.timeline(sku, { asOf: middle })).toEqual(until);
      const balances = new Map<string, number>();
      for (const { location, disposition, quantity, balance } of rows) {
        const place = `${location}/${disposition}`;
        expect(balance).toBe((balances.get(place) ?? 0) + quantity);
        balances.set(place, balance);
      }
      expect([...balances.values()].reduce((sum, balance) => sum + balance, 0)).toBe(onHandOf(sku));
      expect(rows.map(({ occurredAt }) => occurredAt)).toEqual(
        rows.map(({ occurredAt }) => occurredAt).sort((a, b) => a - b),
      );
    }
  });
});
