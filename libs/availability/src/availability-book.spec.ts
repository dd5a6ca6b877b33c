import { recompute } from '#inventory';
import { UNIT } from '#kernel';
import { Merchant } from '../testing/merchant.ts';
import {
  committed,
  held,
  holdEnded,
  more,
  openBooks,
  received,
  released,
  shipped,
  sold,
} from '../testing/opened-availability.ts';

let merchant: Merchant;
beforeEach(async () => {
  merchant = await Merchant.open();
});
afterEach(() => merchant.opened.close());

describe('a listing', () => {
  it('gets its first number, 0, from the event that made it a listing', async () => {
    const position = await merchant.item('CUP');
    expect(merchant.changes.toSorted((a, b) => (a.channel < b.channel ? -1 : 1))).toEqual([
      {
        channel: 'pos',
        listing: 'CUP',
        sku: 'CUP',
        available: 0,
        version: position,
        recordedAt: merchant.opened.clock.at,
        reason: 'catalog',
      },
      {
        channel: 'web',
        listing: 'CUP',
        sku: 'CUP',
        available: 0,
        version: position,
        recordedAt: merchant.opened.clock.at,
        reason: 'catalog',
      },
    ]);
    await merchant.tell('CUP', received('main', 12));
    const listed = await merchant.listing('amz', 'B-12', 'CUP', 6);
    expect(merchant.changes).toMatchObject([
      { channel: 'amz', listing: 'B-12', available: 2 * UNIT, version: listed },
    ]);
    const opening = await merchant.channel('new', { locations: ['main'] });
    expect(merchant.changes).toMatchObject([
      { channel: 'new', listing: 'CUP', available: 12 * UNIT, version: opening },
      { channel: 'new', listing: 'MUG', available: 0, version: opening },
    ]);
  });

  it('gets a number from each event that changes it, with the event’s position and reason', async () => {
    const [position] = await merchant.tell('MUG', received('main', 5));
    expect(merchant.changes).toMatchObject([
      { channel: 'web', available: 5 * UNIT, version: position, reason: 'receipt' },
    ]);
    await merchant.tell('MUG', received('shop', 2));
    expect(merchant.changed()).toEqual([
      ['pos', 'MUG', 2],
      ['web', 'MUG', 7],
    ]);
    await merchant.tell('MUG', sold('pos', 'shop', 1));
    expect(merchant.changed()).toEqual([
      ['pos', 'MUG', 1],
      ['web', 'MUG', 6],
    ]);
    await merchant.tell('MUG', committed('web', 'main', 2));
    expect(merchant.changes).toMatchObject([{ available: 4 * UNIT, reason: 'order' }]);
    await merchant.tell('MUG', held('web', 'main', 1));
    expect(merchant.changes).toMatchObject([{ available: 3 * UNIT, reason: 'reservation' }]);
    await merchant.tell('MUG', holdEnded());
    await merchant.tell('MUG', released('web', 'main', 1));
    expect(merchant.changes).toMatchObject([{ available: 5 * UNIT, reason: 'cancellation' }]);
    expect(merchant.opened.availability.numbersOfItem('MUG')).toHaveLength(2);
  });

  it('never shows a number from between two events of one fact', async () => {
    await merchant.tell('MUG', received('main', 5), committed('web', 'main', 2));
    const positions = await merchant.tell('MUG', more(shipped('web', 'main', 2)), released('web', 'main', 2));
    expect(merchant.changes).toEqual([]);
    expect(merchant.units('web', 'MUG')).toBe(3);
    expect(positions).toHaveLength(2);
    const exception = {
      type: 'ExceptionOpened' as const,
      data: { id: 'x', kind: 'oversell' as const, quantity: 4 * UNIT, claims: [] },
    };
    await merchant.tell('MUG', more(sold('web', 'main', 1)), exception);
    expect(merchant.changes).toMatchObject([{ available: 2 * UNIT, reason: 'sale' }]);
  });

  it('loses the stock of a location that becomes inactive, and gets it back', async () => {
    await merchant.tell('MUG', received('main', 5), received('shop', 2));
    await merchant.location('main', false);
    expect(merchant.changed()).toEqual([['web', 'MUG', 2]]);
    await merchant.location('main', false, 'Main hall');
    expect(merchant.changed()).toEqual([]);
    await merchant.location('main');
    expect(merchant.changed()).toEqual([['web', 'MUG', 7]]);
  });

  it('follows its channel’s locations, and is told 0 when its channel no longer lists it', async () => {
    await merchant.tell('MUG', received('main', 5), received('shop', 2));
    await merchant.channel('web', { locations: ['shop'] });
    expect(merchant.changed()).toEqual([['web', 'MUG', 2]]);
    await merchant.channel('web', { locations: ['shop'], lists: 'listed' });
    expect(merchant.changed()).toEqual([['web', 'MUG', 0]]);
    await merchant.tell('MUG', received('shop', 1));
    expect(merchant.changed()).toEqual([['pos', 'MUG', 3]]);
    await merchant.channel('web', { locations: ['shop'] });
    expect(merchant.changed()).toEqual([['web', 'MUG', 3]]);
  });

  it('that becomes another item’s is told as that item’s, even if the number stays the same', async () => {
    await merchant.item('CUP');
    await merchant.tell('MUG', received('main', 5));
    await merchant.tell('CUP', received('main', 5));
    await merchant.listing('amz', 'B1', 'MUG');
    const version = await merchant.listing('amz', 'B1', 'CUP');
    const told = { listing: 'B1', sku: 'CUP', available: 5 * UNIT, version, reason: 'catalog' };
    expect(merchant.changes).toMatchObject([told]);
    expect(merchant.opened.availability.number('amz', 'B1')).toMatchObject(told);
    const after = merchant.opened.availability.numbersAfter('amz', { version: version - 1 }, 9);
    expect(after).toMatchObject([told]);
    await merchant.listing('amz', 'B1', 'CUP', 1);
    expect(merchant.changes).toEqual([]);
    await merchant.tell('MUG', received('main', 1));
    expect(merchant.changed()).toEqual([['web', 'MUG', 6]]);
    await merchant.listing('web', 'MUG', 'CUP');
    expect(merchant.changed()).toEqual([['web', 'MUG', 5]]);
    await merchant.tell('CUP', sold('web', 'main', 1));
    expect(merchant.changed()).toEqual([
      ['amz', 'B1', 4],
      ['web', 'CUP', 4],
      ['web', 'MUG', 4],
    ]);
  });

  it('that is an item’s own name becomes another item’s in one change, and the former one is not told as 0', async () => {
    await merchant.item('CUP');
    const moving = await merchant.listing('web', 'MUG', 'CUP');
    expect(merchant.changes).toMatchObject([{ listing: 'MUG', sku: 'CUP', available: 0, version: moving }]);
    await merchant.tell('MUG', received('main', 5));
    await merchant.tell('CUP', received('main', 3));
    const back = await merchant.listing('web', 'MUG', 'MUG');
    expect(merchant.changes).toMatchObject([
      { listing: 'MUG', sku: 'MUG', available: 5 * UNIT, version: back },
    ]);
  });

  it('has the decimals of its item', async () => {
    await merchant.item('TEA', { decimals: 2 });
    await merchant.tell('TEA', received('main', 1.25));
    expect(merchant.units('web', 'TEA')).toBe(1.25);
    await merchant.item('TEA', { decimals: 1 });
    expect(merchant.changed()).toEqual([['web', 'TEA', 1.2]]);
  });
});

describe('a kit', () => {
  beforeEach(async () => {
    await merchant.item('LID');
    await merchant.item('PAIR', {
      components: [
        { sku: 'MUG', quantity: 2 * UNIT },
        { sku: 'LID', quantity: UNIT },
      ],
    });
    await merchant.item('A-BOX', { components: [{ sku: 'PAIR', quantity: 2 * UNIT }] });
  });

  it('changes with what it holds, at any depth, in the same event', async () => {
    await merchant.tell('MUG', received('main', 9));
    expect(merchant.changed()).toEqual([['web', 'MUG', 9]]);
    const [position] = await merchant.tell('LID', received('main', 3));
    expect(merchant.changed()).toEqual([
      ['web', 'A-BOX', 1],
      ['web', 'LID', 3],
      ['web', 'PAIR', 3],
    ]);
    expect(new Set(merchant.changes.map(({ version }) => version))).toEqual(new Set([position]));
    await merchant.item('PAIR', { components: [{ sku: 'LID', quantity: UNIT }] });
    expect(merchant.changed()).toEqual([]);
    await merchant.tell('MUG', sold('web', 'main', 9));
    expect(merchant.changed()).toEqual([['web', 'MUG', 0]]);
  });

  it('sells only what the channel may sell of each component, by its rules and then the kit’s own', async () => {
    await merchant.tell('MUG', received('main', 9));
    await merchant.tell('LID', received('main', 9));
    await merchant.policy('item:MUG', { buffer: 4 * UNIT });
    expect(merchant.changed()).toEqual([
      ['web', 'A-BOX', 1],
      ['web', 'MUG', 5],
      ['web', 'PAIR', 2],
    ]);
    await merchant.policy('listing:web:LID', { cap: UNIT });
    expect(merchant.changed()).toEqual([
      ['web', 'A-BOX', 0],
      ['web', 'LID', 1],
      ['web', 'PAIR', 1],
    ]);
    await merchant.policy('item:PAIR', { stopAt: UNIT });
    expect(merchant.changed()).toEqual([['web', 'PAIR', 0]]);
  });

  it('no longer heeds a component’s listing once that name sells another item', async () => {
    await merchant.item('CUP');
    await merchant.tell('MUG', received('main', 9));
    await merchant.tell('LID', received('main', 9));
    await merchant.policy('listing:web:MUG', { cap: 2 * UNIT });
    expect([merchant.units('web', 'PAIR'), merchant.units('web', 'A-BOX')]).toEqual([1, 0]);
    await merchant.listing('web', 'MUG', 'CUP');
    expect([merchant.units('web', 'PAIR'), merchant.units('web', 'A-BOX')]).toEqual([4, 2]);
  });
});

describe('a kit of kits', () => {
  beforeEach(async () => {
    await merchant.item('PAIR', { components: [{ sku: 'MUG', quantity: 2 * UNIT }] });
    await merchant.item('FOUR', { components: [{ sku: 'PAIR', quantity: 2 * UNIT }] });
    await merchant.item('CRATE', {
      components: [
        { sku: 'FOUR', quantity: UNIT },
        { sku: 'PAIR', quantity: UNIT },
      ],
    });
    await merchant.tell('MUG', received('main', 60));
  });
  const kits = () => ['PAIR', 'FOUR', 'CRATE'].map((sku) => merchant.units('web', sku));

  it('is available as often as its items suffice, and uses no more of an inner kit than may be sold', async () => {
    expect(kits()).toEqual([30, 15, 10]);
    const position = await merchant.policy('item:PAIR', { cap: 7 * UNIT });
    expect(kits()).toEqual([7, 3, 2]);
    const crate = merchant.opened.availability.explainNow('web', 'CRATE');
    expect(crate).toMatchObject({
      components: [
        { sku: 'MUG', required: 6 * UNIT, available: 60 * UNIT },
        {
          sku: 'PAIR',
          required: 3 * UNIT,
          available: 7 * UNIT,
          terms: [{ name: 'cap' }, { name: 'decimals' }],
        },
      ],
      policies: [{ scope: 'item:PAIR', field: 'cap', value: 7 * UNIT, position }],
    });
    expect(recompute(crate!.terms, crate!.components)).toBe(2 * UNIT);
    await merchant.policy('item:PAIR', {});
    expect(kits()).toEqual([30, 15, 10]);
  });

  it('heeds the policy of an inner kit’s listing in its channel', async () => {
    await merchant.policy('listing:web:FOUR', { stopAt: 15 * UNIT });
    expect(kits()).toEqual([30, 0, 0]);
    await merchant.policy('listing:web:FOUR', {});
    await merchant.policy('listing:pos:FOUR', { stopAt: 15 * UNIT });
    expect(kits()).toEqual([30, 15, 10]);
  });
});

describe('what is read', () => {
  it('a listing that is not there has no number and no explanation', () => {
    expect(merchant.opened.availability.number('web', 'GONE')).toBeUndefined();
    expect(merchant.opened.availability.number('amz', 'MUG')).toBeUndefined();
    expect(merchant.opened.availability.explainNow('web', 'GONE')).toBeUndefined();
  });

  it('an explanation gives exactly the number, with the policies that influenced it', async () => {
    await merchant.item('PAIR', { components: [{ sku: 'MUG', quantity: 2 * UNIT }] });
    await merchant.tell('MUG', received('main', 9), committed('web', 'main', 1));
    const position = await merchant.policy('channel:web', { buffer: UNIT });
    const mug = merchant.opened.availability.explainNow('web', 'MUG');
    expect(mug).toMatchObject({ available: 7 * UNIT, version: position, sku: 'MUG' });
    expect(mug?.policies).toEqual([{ scope: 'channel:web', field: 'buffer', value: UNIT, position }]);
    expect(recompute(mug?.terms ?? [])).toBe(7 * UNIT);
    const pair = merchant.opened.availability.explainNow('web', 'PAIR');
    expect(pair).toMatchObject({
      available: 3 * UNIT,
      components: [{ sku: 'MUG', available: 7 * UNIT, required: 2 * UNIT }],
    });
    expect(recompute(pair?.terms ?? [], pair?.components)).toBe(3 * UNIT);
    const stopping = await merchant.policy('item:PAIR', { stopAt: 0, safetyStock: 2 * UNIT });
    expect(merchant.opened.availability.explainNow('web', 'PAIR')?.policies).toEqual([
      { scope: 'item:PAIR', field: 'stopAt', value: 0, position: stopping },
      { scope: 'channel:web', field: 'buffer', value: UNIT, position },
    ]);
  });

  it('numbers of an event that is spread over many turns are given only when all of them are there', async () => {
    await merchant.opened.desk.ensureItems(Array.from({ length: 450 }, (_, n) => `S${n}`));
    await merchant.opened.catchUp();
    await merchant.tell('S449', received('main', 5));
    const head = await merchant.opened.store.head();
    await merchant.opened.desk.putChannel({
      id: 'late',
      name: 'l',
      kind: 'pos',
      locations: ['main'],
      lists: 'all',
      unknownItems: 'park',
    });
    const seen: number[] = [];
    const stop = merchant.opened.availability.onChange(() => {
      seen.push(merchant.opened.availability.numbersAfter('late', { version: 0 }, 1_000).length);
    });
    await merchant.opened.catchUp();
    stop();
    expect(seen).toHaveLength(451);
    expect(new Set(seen)).toEqual(new Set([0]));
    const all = merchant.opened.availability.numbersAfter('late', { version: head }, 1_000);
    expect(all).toHaveLength(451);
    expect(all.find(({ listing: name }) => name === 'S449')?.available).toBe(5 * UNIT);
  });

  it('a picture made anew from the log is the same', async () => {
    await merchant.policy('item:MUG', { allocations: { web: 10 * UNIT } }, 1);
    await merchant.tell(
      'MUG',
      received('main', 9),
      more(sold('web', 'main', 2, 5)),
      committed('web', 'main', 1),
    );
    const again = openBooks(merchant.opened.store);
    await again.projector.catchUp();
    expect(again.readModel.hash()).toBe(merchant.opened.readModel.hash());
    again.readModel.close();
  });
});
