import type { Ask, Running } from './harness.ts';
import { openShop } from './shop.ts';

/** An item's `position` is of the newest event in the answer, also where that is no event of the item. */
let running: Running;
let ask: Ask;
beforeAll(async () => {
  ({ running, ask } = await openShop());
  await ask('PUT /v1/items/MUG', { category: 'mugs' });
  await ask('PUT /v1/items/SET', { category: 'sets', components: [{ sku: 'MUG', quantity: 2 }] });
}, 60_000);
afterAll(() => running.stop());

async function receive(quantity: number): Promise<number> {
  const id = `in-${quantity}`;
  const data = { documentId: id, location: 'east', lines: [{ sku: 'MUG', quantity }] };
  const message = { id, source: 'wms', type: 'stock.received', time: '2026-11-01T08:00:00Z', data };
  return (await ask('POST /v1/events', message)).json.position as number;
}

/** The item as a row of the list and by itself, which are the same. */
async function item(sku: string, atLeast: number): Promise<any> {
  const one = (await ask(`GET /v1/items/${sku}?atLeast=${atLeast}`)).json;
  const category = sku === 'SET' ? 'sets' : 'mugs';
  const rows = (await ask(`GET /v1/items?category=${category}&atLeast=${atLeast}`)).json.items;
  expect(rows).toEqual([one]);
  return one;
}

it('is that of a receipt of a component, where a kit can be sold because of it', async () => {
  const before = (await item('SET', await receive(10))) as { position: number };
  const kit = await item('SET', await receive(4));
  expect(kit.availability).toMatchObject([{ listing: 'SET', available: 7 }]);
  expect(kit.availability[0].version).toBeGreaterThan(before.position);
  expect(kit.position).toBe(kit.availability[0].version);
});

it('is that of a policy which changed a number', async () => {
  const { position } = (await ask('PUT /v1/policies/global', { cap: 3 })).json;
  for (const [sku, available] of [
    ['MUG', 3],
    ['SET', 1],
  ] as const) {
    const capped = await item(sku, position);
    expect(capped.availability).toMatchObject([{ available, version: position }]);
    expect(capped.position).toBe(position);
  }
});

it('stays that of the stock where only that is shown: as it was at a moment', async () => {
  const now = await item('MUG', 0);
  const then = (await ask(`GET /v1/items/MUG?knownAt=${new Date().toISOString()}`)).json;
  expect(then.availability).toBeUndefined();
  expect(then.position).toBeLessThan(now.position);
});
