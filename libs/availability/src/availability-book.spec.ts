import { type Channel, type Item, isRejection, type Policy, recompute } from '#inventory';
import { UNIT } from '#kernel';
import {
  committed,
  held,
  holdEnded,
  more,
  type OpenedAvailability,
  openAvailability,
  openBooks,
  received,
  released,
  returned,
  shipped,
  sold,
} from '../testing/opened-availability.ts';
import type { ListingNumber } from './offer.ts';

let opened: OpenedAvailability;
let changes: ListingNumber[];

beforeEach(async () => {
  opened = await openAvailability();
  changes = [];
  opened.availability.onChange((number) => changes.push(number));
  await put('Location', { id: 'main', name: 'Main', kind: 'warehouse', active: true });
  await put('Location', { id: 'shop', name: 'Shop', kind: 'store', active: true });
  await channel('web', { locations: ['main', 'shop'] });
  await channel('pos', { locations: ['shop'] });
  await channel('amz', { locations: ['main'], lists: 'listed' });
  await item('MUG');
});
afterEach(() => opened.close());

/** Puts a resource, brings the books there, answers its position; what changed before is forgotten. */
async function put(
  kind: 'Item' | 'Location' | 'Channel' | 'Listing' | 'Policy',
  resource: object,
): Promise<number> {
  changes.length = 0;
  const answer = await opened.desk[`put${kind}`](resource as never);
  if (isRejection(answer)) throw new Error(JSON.stringify(answer));
  await opened.catchUp();
  return answer.position;
}
const item = (sku: string, rest: Partial<Item> = {}): Promise<number> =>
  put('Item', { sku, name: sku, decimals: 0, identifiers: [], components: [], ...rest });
const channel = (id: string, rest: Partial<Channel>): Promise<number> =>
  put('Channel', {
    id,
    name: id,
    kind: 'storefront',
    locations: [],
    lists: 'all',
    unknownItems: 'park',
    ...rest,
  });
const listing = (id: string, name: string, sku: string, units = 1): Promise<number> =>
  put('Listing', { channel: id, listing: name, sku, unitsPer: units * UNIT });
const policy = (scope: string, fields: Policy['fields'], effectiveAt?: number): Promise<number> =>
  put('Policy', { scope, fields, ...(effectiveAt !== undefined && { effectiveAt }) });
const tell: OpenedAvailability['tell'] = (sku, ...events) => {
  changes.length = 0;
  return opened.tell(sku, ...events);
};

const units = (id: string, name: string): number | undefined => {
  const number = opened.availability.number(id, name);
  return number && number.available / UNIT;
};
/** By listing, then channel. */
const changed = (): unknown[] =>
  changes
    .toSorted((a, b) => (`${a.listing} ${a.channel}` < `${b.listing} ${b.channel}` ? -1 : 1))
    .map(({ channel: id, listing: name, available }) => [id, name, available / UNIT]);

describe('a listing', () => {
  it('has its first number, 0, with the event that made it a listing', async () => {
    const position = await item('CUP');
    expect(changes.toSorted((a, b) => (a.channel < b.channel ? -1 : 1))).toEqual([
      {
        channel: 'pos',
        listing: 'CUP',
        sku: 'CUP',
        available: 0,
        version: position,
        recordedAt: opened.clock.at,
        reason: 'catalog',
      },
      {
        channel: 'web',
        listing: 'CUP',
        sku: 'CUP',
        available: 0,
        version: position,
        recordedAt: opened.clock.at,
        reason: 'catalog',
      },
    ]);
    await tell('CUP', received('main', 12));
    const listed = await listing('amz', 'B-12', 'CUP', 6);
    expect(changes).toMatchObject([
      { channel: 'amz', listing: 'B-12', available: 2 * UNIT, version: listed },
    ]);
    const opening = await channel('new', { locations: ['main'] });
    expect(changes).toMatchObject([
      { channel: 'new', listing: 'CUP', available: 12 * UNIT, version: opening },
      { channel: 'new', listing: 'MUG', available: 0, version: opening },
    ]);
  });

  it('gets the number of each event that changes it, with its position and reason', async () => {
    const [position] = await tell('MUG', received('main', 5));
    expect(changes).toMatchObject([
      { channel: 'web', available: 5 * UNIT, version: position, reason: 'receipt' },
    ]);
    await tell('MUG', received('shop', 2));
    expect(changed()).toEqual([
      ['pos', 'MUG', 2],
      ['web', 'MUG', 7],
    ]);
    await tell('MUG', sold('pos', 'shop', 1));
    expect(changed()).toEqual([
      ['pos', 'MUG', 1],
      ['web', 'MUG', 6],
    ]);
    await tell('MUG', committed('web', 'main', 2));
    expect(changes).toMatchObject([{ available: 4 * UNIT, reason: 'order' }]);
    await tell('MUG', held('web', 'main', 1));
    expect(changes).toMatchObject([{ available: 3 * UNIT, reason: 'reservation' }]);
    await tell('MUG', holdEnded());
    await tell('MUG', released('web', 'main', 1));
    expect(changes).toMatchObject([{ available: 5 * UNIT, reason: 'cancellation' }]);
    expect(opened.availability.numbersOfItem('MUG')).toHaveLength(2);
  });

  it('never shows what lies between two events of one fact', async () => {
    await tell('MUG', received('main', 5), committed('web', 'main', 2));
    const positions = await tell('MUG', more(shipped('web', 'main', 2)), released('web', 'main', 2));
    expect(changes).toEqual([]);
    expect(units('web', 'MUG')).toBe(3);
    expect(positions).toHaveLength(2);
    const exception = {
      type: 'ExceptionOpened' as const,
      data: { id: 'x', kind: 'oversell' as const, quantity: 4 * UNIT, claims: [] },
    };
    await tell('MUG', more(sold('web', 'main', 1)), exception as never);
    expect(changes).toMatchObject([{ available: 2 * UNIT, reason: 'sale' }]);
  });

  it('loses what an inactive location has, and has it again', async () => {
    await tell('MUG', received('main', 5), received('shop', 2));
    await put('Location', { id: 'main', name: 'Main', kind: 'warehouse', active: false });
    expect(changed()).toEqual([['web', 'MUG', 2]]);
    await put('Location', { id: 'main', name: 'Main hall', kind: 'warehouse', active: false });
    expect(changed()).toEqual([]);
    await put('Location', { id: 'main', name: 'Main', kind: 'warehouse', active: true });
    expect(changed()).toEqual([['web', 'MUG', 7]]);
  });

  it('follows its channel’s locations, and is told 0 when its channel lists it no more', async () => {
    await tell('MUG', received('main', 5), received('shop', 2));
    await channel('web', { locations: ['shop'] });
    expect(changed()).toEqual([['web', 'MUG', 2]]);
    await channel('web', { locations: ['shop'], lists: 'listed' });
    expect(changed()).toEqual([['web', 'MUG', 0]]);
    await tell('MUG', received('shop', 1));
    expect(changed()).toEqual([['pos', 'MUG', 3]]);
    await channel('web', { locations: ['shop'] });
    expect(changed()).toEqual([['web', 'MUG', 3]]);
  });

  it('that becomes another item’s keeps its version where the number stays', async () => {
    await item('CUP');
    await tell('MUG', received('main', 5));
    await tell('CUP', received('main', 5));
    await listing('amz', 'B1', 'MUG');
    const before = opened.availability.number('amz', 'B1');
    await listing('amz', 'B1', 'CUP');
    expect(changed()).toEqual([]);
    expect(opened.availability.number('amz', 'B1')).toEqual({ ...before, sku: 'CUP' });
    await tell('MUG', received('main', 1));
    expect(changed()).toEqual([['web', 'MUG', 6]]);
    await listing('web', 'MUG', 'CUP');
    expect(changed()).toEqual([['web', 'MUG', 5]]);
    await tell('CUP', sold('web', 'main', 1));
    expect(changed()).toEqual([
      ['amz', 'B1', 4],
      ['web', 'CUP', 4],
      ['web', 'MUG', 4],
    ]);
  });

  it('has the decimals of its item', async () => {
    await item('TEA', { decimals: 2 });
    await tell('TEA', received('main', 1.25));
    expect(units('web', 'TEA')).toBe(1.25);
    await item('TEA', { decimals: 1 });
    expect(changed()).toEqual([['web', 'TEA', 1.2]]);
  });
});

describe('a kit', () => {
  beforeEach(async () => {
    await item('LID');
    await item('PAIR', {
      components: [
        { sku: 'MUG', quantity: 2 * UNIT },
        { sku: 'LID', quantity: UNIT },
      ],
    });
    await item('A-BOX', { components: [{ sku: 'PAIR', quantity: 2 * UNIT }] });
  });

  it('changes with what it holds, at any depth, in the same event', async () => {
    await tell('MUG', received('main', 9));
    expect(changed()).toEqual([['web', 'MUG', 9]]);
    const [position] = await tell('LID', received('main', 3));
    expect(changed()).toEqual([
      ['web', 'A-BOX', 1],
      ['web', 'LID', 3],
      ['web', 'PAIR', 3],
    ]);
    expect(new Set(changes.map(({ version }) => version))).toEqual(new Set([position]));
    await item('PAIR', { components: [{ sku: 'LID', quantity: UNIT }] });
    expect(changed()).toEqual([]);
    await tell('MUG', sold('web', 'main', 9));
    expect(changed()).toEqual([['web', 'MUG', 0]]);
  });

  it('sells only what the channel may sell of each, under the rules of each, then its own', async () => {
    await tell('MUG', received('main', 9));
    await tell('LID', received('main', 9));
    await policy('item:MUG', { buffer: 4 * UNIT });
    expect(changed()).toEqual([
      ['web', 'A-BOX', 1],
      ['web', 'MUG', 5],
      ['web', 'PAIR', 2],
    ]);
    await policy('listing:web:LID', { cap: UNIT });
    expect(changed()).toEqual([
      ['web', 'A-BOX', 0],
      ['web', 'LID', 1],
      ['web', 'PAIR', 1],
    ]);
    await policy('item:PAIR', { stopAt: UNIT });
    expect(changed()).toEqual([['web', 'PAIR', 0]]);
  });
});

describe('a policy', () => {
  it('changes the numbers of its scope, with its position', async () => {
    await item('TEA', { category: 'drinks' });
    await tell('MUG', received('main', 10), received('shop', 10));
    await tell('TEA', received('main', 10), received('shop', 10));
    const position = await policy('category:drinks', { buffer: UNIT });
    expect(changed()).toEqual([
      ['pos', 'TEA', 9],
      ['web', 'TEA', 19],
    ]);
    expect(changes.map(({ version, reason }) => [version, reason])).toEqual([
      [position, 'policy'],
      [position, 'policy'],
    ]);
    await policy('channel:pos', { percent: 50 * UNIT });
    expect(changed()).toEqual([
      ['pos', 'MUG', 5],
      ['pos', 'TEA', 4],
    ]);
    await policy('listing:pos:TEA', { buffer: 0 });
    expect(changed()).toEqual([['pos', 'TEA', 5]]);
    await policy('global', { safetyStock: UNIT });
    expect(changed()).toEqual([
      ['pos', 'MUG', 4],
      ['web', 'MUG', 19],
      ['pos', 'TEA', 4],
      ['web', 'TEA', 18],
    ]);
    await policy('item:MUG', { locationSafetyStock: { shop: 8 * UNIT, main: 0 } });
    expect(changed()).toEqual([
      ['pos', 'MUG', 0],
      ['web', 'MUG', 11],
    ]);
    await item('TEA');
    expect(changed()).toEqual([['web', 'TEA', 19]]);
  });

  it('that waits changes nothing until its time is stored', async () => {
    await tell('MUG', received('main', 10));
    const defined = await policy('global', { buffer: UNIT }, opened.clock.at + 1_000);
    expect(changed()).toEqual([]);
    changes.length = 0;
    const event = {
      id: crypto.randomUUID(),
      type: 'PolicyTookEffect',
      data: { scope: 'global', definedAt: defined },
    };
    const outcome = await opened.store.append('policy-global', 0, [event]);
    await opened.catchUp();
    const [position] = outcome.outcome === 'written' ? outcome.positions : [];
    expect(changes).toMatchObject([
      { channel: 'web', available: 9 * UNIT, version: position, reason: 'policy' },
    ]);
  });

  it('is previewed exactly as it turns out', async () => {
    await item('LID', { category: 'parts' });
    await item('PAIR', {
      components: [
        { sku: 'MUG', quantity: 2 * UNIT },
        { sku: 'LID', quantity: UNIT },
      ],
    });
    await tell('MUG', received('main', 9), received('shop', 5), sold('web', 'main', 1, opened.clock.at));
    await tell('LID', received('main', 4));
    const policies: Policy[] = [
      { scope: 'global', fields: { buffer: UNIT } },
      { scope: 'category:parts', fields: { cap: 2 * UNIT }, effectiveAt: opened.clock.at + 5_000 },
      { scope: 'item:MUG', fields: { allocations: { web: 6 * UNIT } }, effectiveAt: opened.clock.at - 5 },
    ];
    const previewed = [];
    for await (const { channel: id, listing: name, from, to } of opened.availability.preview(
      policies,
      opened.clock.at,
    )) {
      expect(from).toBe(opened.availability.number(id, name)?.available);
      previewed.push([id, name, to / UNIT]);
    }
    expect(changes.length).toBeGreaterThan(0);
    changes.length = 0;
    const all: unknown[] = [];
    for (const { scope, fields, effectiveAt } of policies) {
      await policy(scope, fields, scope.startsWith('category') ? undefined : effectiveAt);
      all.push(...changed());
    }
    const last = new Map(all.map((change) => [(change as string[]).slice(0, 2).join(':'), change]));
    expect(previewed.sort()).toEqual([...last.values()].sort());
    expect(previewed).toContainEqual(['pos', 'MUG', 0]);
  });
});

describe('a ring-fence', () => {
  it('is used up by what its channel sells from then on, and not filled by returns', async () => {
    await tell('MUG', received('shop', 20), sold('web', 'shop', 3, 5));
    expect(units('pos', 'MUG')).toBe(17);
    await policy('item:MUG', { allocations: { web: 10 * UNIT } });
    expect(changed()).toEqual([['pos', 'MUG', 7]]);
    const now = opened.clock.at;
    await tell('MUG', committed('web', 'shop', 2));
    expect(changed()).toEqual([['web', 'MUG', 15]]);
    await tell('MUG', held('web', 'shop', 1));
    expect(changed()).toEqual([['web', 'MUG', 14]]);
    await tell('MUG', more(shipped('web', 'shop', 2, now + 1)), released('web', 'shop', 2));
    expect(changed()).toEqual([]);
    await tell('MUG', sold('web', 'shop', 4, now + 2));
    expect([units('pos', 'MUG'), units('web', 'MUG')]).toEqual([7, 10]);
    await tell('MUG', sold('pos', 'shop', 1, now + 2));
    expect([units('pos', 'MUG'), units('web', 'MUG')]).toEqual([6, 9]);
    await tell('MUG', returned('web', 'shop', 2, now + 3));
    expect([units('pos', 'MUG'), units('web', 'MUG')]).toEqual([8, 11]);
    await tell('MUG', sold('web', 'shop', 1, now - 1));
    expect([units('pos', 'MUG'), units('web', 'MUG')]).toEqual([7, 10]);
  });

  it('counts from its effectiveAt, also what was known before', async () => {
    await tell(
      'MUG',
      received('shop', 20),
      sold('web', 'shop', 3, 500),
      sold('web', 'shop', 2, 400),
      shipped('web', 'shop', 1, 600),
    );
    await policy('item:MUG', { allocations: { web: 10 * UNIT } }, 500);
    expect(changed()).toEqual([['pos', 'MUG', 8]]);
    await policy('item:MUG', { allocations: { web: 10 * UNIT }, buffer: UNIT });
    expect(units('pos', 'MUG')).toBe(7);
    await policy('item:MUG', { allocations: { web: 9 * UNIT }, buffer: UNIT });
    expect(units('pos', 'MUG')).toBe(4);
    expect(opened.availability.explainNow('pos', 'MUG')?.terms).toContainEqual({
      name: 'ringFenced',
      value: 9 * UNIT,
    });
  });

  it('bounds what others may reserve too', async () => {
    await tell('MUG', received('shop', 20));
    await policy('global', { allocations: { web: 15 * UNIT }, buffer: UNIT, percent: 0 });
    const state = opened.items.item('MUG');
    expect(opened.availability.reservable('pos', 'MUG', state)).toBe(4 * UNIT);
    expect(opened.availability.reservable('web', 'MUG', state)).toBe(19 * UNIT);
    expect(opened.availability.reservable('gone', 'MUG', state)).toBe(0);
  });
});

describe('what is read', () => {
  it('a listing that is not there has no number and no explanation', () => {
    expect(opened.availability.number('web', 'GONE')).toBeUndefined();
    expect(opened.availability.number('amz', 'MUG')).toBeUndefined();
    expect(opened.availability.explainNow('web', 'GONE')).toBeUndefined();
  });

  it('an explanation gives back the number, with the policies that had a say', async () => {
    await item('PAIR', { components: [{ sku: 'MUG', quantity: 2 * UNIT }] });
    await tell('MUG', received('main', 9), committed('web', 'main', 1));
    const position = await policy('channel:web', { buffer: UNIT });
    const mug = opened.availability.explainNow('web', 'MUG');
    expect(mug).toMatchObject({ available: 7 * UNIT, version: position, sku: 'MUG' });
    expect(mug?.policies).toEqual([{ scope: 'channel:web', field: 'buffer', value: UNIT, position }]);
    expect(recompute(mug?.terms ?? [])).toBe(7 * UNIT);
    const pair = opened.availability.explainNow('web', 'PAIR');
    expect(pair).toMatchObject({
      available: 3 * UNIT,
      components: [{ sku: 'MUG', available: 7 * UNIT, required: 2 * UNIT }],
    });
    expect(recompute(pair?.terms ?? [], pair?.components)).toBe(3 * UNIT);
  });

  it('while an event is spread over many turns its numbers are not given before all of them are there', async () => {
    for (let n = 0; n < 450; n++)
      await opened.desk.putItem({ sku: `S${n}`, name: 's', decimals: 0, identifiers: [], components: [] });
    await opened.catchUp();
    await tell('S449', received('main', 5));
    const head = await opened.store.head();
    await opened.desk.putChannel({
      id: 'late',
      name: 'l',
      kind: 'pos',
      locations: ['main'],
      lists: 'all',
      unknownItems: 'park',
    });
    const seen: number[] = [];
    const stop = opened.availability.onChange(() => {
      seen.push(opened.availability.numbersAfter('late', { version: 0 }, 1_000).length);
    });
    await opened.catchUp();
    stop();
    expect(seen).toHaveLength(451);
    expect(new Set(seen)).toEqual(new Set([0]));
    const all = opened.availability.numbersAfter('late', { version: head }, 1_000);
    expect(all).toHaveLength(451);
    expect(all.find(({ listing: name }) => name === 'S449')?.available).toBe(5 * UNIT);
  });

  it('a picture made anew from the log is the same', async () => {
    await policy('item:MUG', { allocations: { web: 10 * UNIT } }, 1);
    await tell('MUG', received('main', 9), more(sold('web', 'main', 2, 5)), committed('web', 'main', 1));
    const again = openBooks(opened.store);
    await again.projector.catchUp();
    expect(again.readModel.hash()).toBe(opened.readModel.hash());
    again.readModel.close();
  });
});
