import { type Policy } from '#inventory';
import { UNIT } from '#kernel';
import { Merchant } from '../testing/merchant.ts';
import {
  committed,
  held,
  more,
  received,
  released,
  returned,
  shipped,
  sold,
} from '../testing/opened-availability.ts';

let merchant: Merchant;
beforeEach(async () => {
  merchant = await Merchant.open();
});
afterEach(() => merchant.opened.close());

describe('a policy', () => {
  it('changes the numbers of its scope, with its position', async () => {
    await merchant.item('TEA', { category: 'drinks' });
    await merchant.tell('MUG', received('main', 10), received('shop', 10));
    await merchant.tell('TEA', received('main', 10), received('shop', 10));
    const position = await merchant.policy('category:drinks', { buffer: UNIT });
    expect(merchant.changed()).toEqual([
      ['pos', 'TEA', 9],
      ['web', 'TEA', 19],
    ]);
    expect(merchant.changes.map(({ version, reason }) => [version, reason])).toEqual([
      [position, 'policy'],
      [position, 'policy'],
    ]);
    await merchant.policy('channel:pos', { percent: 50 * UNIT });
    expect(merchant.changed()).toEqual([
      ['pos', 'MUG', 5],
      ['pos', 'TEA', 4],
    ]);
    await merchant.policy('listing:pos:TEA', { buffer: 0 });
    expect(merchant.changed()).toEqual([['pos', 'TEA', 5]]);
    await merchant.policy('global', { safetyStock: UNIT });
    expect(merchant.changed()).toEqual([
      ['pos', 'MUG', 4],
      ['web', 'MUG', 19],
      ['pos', 'TEA', 4],
      ['web', 'TEA', 18],
    ]);
    await merchant.policy('item:MUG', { locationSafetyStock: { shop: 8 * UNIT, main: 0 } });
    expect(merchant.changed()).toEqual([
      ['pos', 'MUG', 0],
      ['web', 'MUG', 11],
    ]);
    await merchant.item('TEA');
    expect(merchant.changed()).toEqual([['web', 'TEA', 19]]);
  });

  it('that waits changes nothing until it is stored that its time has come', async () => {
    await merchant.tell('MUG', received('main', 10));
    const defined = await merchant.policy('global', { buffer: UNIT }, merchant.opened.clock.at + 1_000);
    expect(merchant.changed()).toEqual([]);
    merchant.changes.length = 0;
    const event = {
      id: crypto.randomUUID(),
      type: 'PolicyTookEffect',
      data: { scope: 'global', definedAt: defined },
    };
    const outcome = await merchant.opened.store.append('policy-global', 0, [event]);
    await merchant.opened.catchUp();
    const [position] = outcome.outcome === 'written' ? outcome.positions : [];
    expect(merchant.changes).toMatchObject([
      { channel: 'web', available: 9 * UNIT, version: position, reason: 'policy' },
    ]);
  });

  it('of a category reaches each of its items, however many', async () => {
    const skus = Array.from({ length: 1_001 }, (_, n) => `TEA-${n}`);
    const tea = { decimals: 0, identifiers: [], components: [], category: 'drinks' };
    await Promise.all(skus.map((sku) => merchant.opened.desk.putItem({ sku, name: sku, ...tea })));
    await merchant.opened.catchUp();
    const last = skus.sort().at(-1) as string; // Beyond the catalog's first page.
    await merchant.tell(last, received('shop', 5));
    await merchant.policy('category:drinks', { buffer: UNIT });
    expect(merchant.changed()).toEqual([
      ['pos', last, 4],
      ['web', last, 4],
    ]);
  });

  it('of a channel reaches each of its listings, however many', async () => {
    await merchant.tell('MUG', received('main', 5));
    const names = Array.from({ length: 1_000 }, (_, n) => `L-${n}`);
    const other = { channel: 'amz', sku: 'CUP', unitsPer: UNIT };
    await merchant.item('CUP');
    await Promise.all(names.map((listing) => merchant.opened.desk.putListing({ ...other, listing })));
    await merchant.listing('amz', 'Z', 'MUG');
    await merchant.policy('channel:amz', { buffer: UNIT });
    expect(merchant.changed()).toEqual([['amz', 'Z', 4]]);
  });

  it('is previewed where it applies, and with what it would change', async () => {
    await merchant.item('LID');
    await merchant.tell('MUG', received('main', 9));
    await merchant.tell('LID', received('main', 9));
    const previewed = async (...policies: Policy[]): Promise<unknown[]> => {
      const all = [];
      const preview = merchant.opened.availability.preview(policies, merchant.opened.clock.at);
      for await (const { sku, from, to } of preview) all.push([sku, from / UNIT, to / UNIT]);
      return all.sort();
    };
    const ofMug = { scope: 'item:MUG', fields: { cap: 4 * UNIT } };
    expect(await previewed(ofMug)).toEqual([['MUG', 9, 4]]);
    expect(await previewed(ofMug, { scope: 'listing:web:LID', fields: { cap: UNIT } })).toEqual([
      ['LID', 9, 1],
      ['MUG', 9, 4],
    ]);
    expect(await previewed(ofMug, { scope: 'global', fields: { buffer: UNIT } })).toEqual([
      ['LID', 9, 8],
      ['MUG', 9, 4],
    ]);
  });

  it('is previewed exactly as it turns out', async () => {
    await merchant.item('LID', { category: 'parts' });
    await merchant.item('PAIR', {
      components: [
        { sku: 'MUG', quantity: 2 * UNIT },
        { sku: 'LID', quantity: UNIT },
      ],
    });
    await merchant.tell(
      'MUG',
      received('main', 9),
      received('shop', 5),
      sold('web', 'main', 1, merchant.opened.clock.at),
    );
    await merchant.tell('LID', received('main', 4));
    const policies: Policy[] = [
      { scope: 'global', fields: { buffer: UNIT } },
      { scope: 'category:parts', fields: { cap: 2 * UNIT }, effectiveAt: merchant.opened.clock.at + 5_000 },
      {
        scope: 'item:MUG',
        fields: { allocations: { web: 6 * UNIT } },
        effectiveAt: merchant.opened.clock.at - 5,
      },
    ];
    const previewed = [];
    for await (const { channel: id, listing: name, from, to } of merchant.opened.availability.preview(
      policies,
      merchant.opened.clock.at,
    )) {
      expect(from).toBe(merchant.opened.availability.number(id, name)?.available);
      previewed.push([id, name, to / UNIT]);
    }
    expect(merchant.changes.length).toBeGreaterThan(0);
    merchant.changes.length = 0;
    const all: unknown[] = [];
    for (const { scope, fields, effectiveAt } of policies) {
      await merchant.policy(scope, fields, scope.startsWith('category') ? undefined : effectiveAt);
      all.push(...merchant.changed());
    }
    const last = new Map(all.map((change) => [(change as string[]).slice(0, 2).join(':'), change]));
    expect(previewed.sort()).toEqual([...last.values()].sort());
    expect(previewed).toContainEqual(['pos', 'MUG', 0]);
  });
});

describe('a ring-fence', () => {
  it('is used up by what its channel sells from then on, and not filled by returns', async () => {
    await merchant.tell('MUG', received('shop', 20), sold('web', 'shop', 3, 5));
    expect(merchant.units('pos', 'MUG')).toBe(17);
    await merchant.policy('item:MUG', { allocations: { web: 10 * UNIT } });
    expect(merchant.changed()).toEqual([['pos', 'MUG', 7]]);
    const now = merchant.opened.clock.at;
    await merchant.tell('MUG', committed('web', 'shop', 2));
    expect(merchant.changed()).toEqual([['web', 'MUG', 15]]);
    await merchant.tell('MUG', held('web', 'shop', 1));
    expect(merchant.changed()).toEqual([['web', 'MUG', 14]]);
    await merchant.tell('MUG', more(shipped('web', 'shop', 2, now + 1)), released('web', 'shop', 2));
    expect(merchant.changed()).toEqual([]);
    await merchant.tell('MUG', sold('web', 'shop', 4, now));
    expect([merchant.units('pos', 'MUG'), merchant.units('web', 'MUG')]).toEqual([7, 10]);
    await merchant.tell('MUG', sold('pos', 'shop', 1, now + 2));
    expect([merchant.units('pos', 'MUG'), merchant.units('web', 'MUG')]).toEqual([6, 9]);
    await merchant.tell('MUG', returned('web', 'shop', 2, now + 3));
    expect([merchant.units('pos', 'MUG'), merchant.units('web', 'MUG')]).toEqual([8, 11]);
    await merchant.tell('MUG', sold('web', 'shop', 1, now - 1));
    expect([merchant.units('pos', 'MUG'), merchant.units('web', 'MUG')]).toEqual([7, 10]);
  });

  it('counts from its effectiveAt on, including what was known before', async () => {
    await merchant.tell(
      'MUG',
      received('shop', 20),
      sold('web', 'shop', 3, 500),
      sold('web', 'shop', 2, 400),
      shipped('web', 'shop', 1, 600),
    );
    await merchant.policy('item:MUG', { allocations: { web: 10 * UNIT } }, 500);
    expect(merchant.changed()).toEqual([['pos', 'MUG', 8]]);
    // Without one it counts from the first PUT of the same quantity on, as the contract says.
    await merchant.policy('item:MUG', { allocations: { web: 10 * UNIT }, buffer: UNIT });
    expect(merchant.units('pos', 'MUG')).toBe(3);
    await merchant.policy('item:MUG', { allocations: { web: 9 * UNIT }, buffer: UNIT });
    expect(merchant.units('pos', 'MUG')).toBe(4);
    expect(merchant.opened.availability.explainNow('pos', 'MUG')?.terms).toContainEqual({
      name: 'ringFenced',
      value: 9 * UNIT,
    });
    await merchant.policy('item:MUG', { allocations: { web: 9 * UNIT } }, 550);
    expect(merchant.units('pos', 'MUG')).toBe(6);
    await merchant.policy('item:MUG', { allocations: { web: 9 * UNIT } }, 300);
    expect(merchant.units('pos', 'MUG')).toBe(11);
    await merchant.policy('item:MUG', {});
    expect(merchant.units('pos', 'MUG')).toBe(14);
  });

  it('counts the past for a kit whose components are computed later', async () => {
    await merchant.item('A-KIT', { components: [{ sku: 'MUG', quantity: UNIT }] });
    await merchant.tell('MUG', received('shop', 20), sold('web', 'shop', 3, 500));
    const fields = { allocations: { web: 10 * UNIT } };
    const previewed = [];
    const preview = merchant.opened.availability.preview(
      [{ scope: 'global', fields, effectiveAt: 400 }],
      merchant.opened.clock.at,
    );
    for await (const { channel, listing, to } of preview) previewed.push([channel, listing, to / UNIT]);
    await merchant.policy('global', fields, 400);
    expect(merchant.changed()).toEqual([
      ['pos', 'A-KIT', 10],
      ['pos', 'MUG', 10],
    ]);
    expect(previewed).toEqual(merchant.changed());
  });

  it('bounds what others may reserve too', async () => {
    await merchant.tell('MUG', received('shop', 20));
    await merchant.policy('global', { allocations: { web: 15 * UNIT }, buffer: UNIT, percent: 0 });
    const state = merchant.opened.ledger.item('MUG');
    expect(merchant.opened.availability.reservable('pos', 'MUG', state)).toBe(4 * UNIT);
    expect(merchant.opened.availability.reservable('web', 'MUG', state)).toBe(19 * UNIT);
    expect(merchant.opened.availability.reservable('gone', 'MUG', state)).toBe(0);
  });
});
