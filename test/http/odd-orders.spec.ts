import type { Ask, Running } from './harness.ts';
import { openShop } from './shop.ts';

/** Rows that are not whole yet, or are asked in another way: they too are what the OpenAPI document says. */
let running: Running;
let ask: Ask;
beforeAll(async () => {
  ({ running, ask } = await openShop());
  await ask('PUT /v1/locations/west', { name: 'West', kind: 'warehouse' });
  await ask('PUT /v1/channels/web', { kind: 'storefront', locations: ['east', 'west'] });
  await ask('PUT /v1/items/MUG', {});
  await ask('PUT /v1/items/CUP', {});
}, 60_000);
afterAll(() => running.stop());

let messages = 0;
async function tell(source: string, type: string, data: object, time: string): Promise<number> {
  const { json } = await ask('POST /v1/events', { id: `m-${++messages}`, source, type, time, data });
  return json.position as number;
}

it('shows an order that is not placed yet, with a line that nobody knows and a parcel', async () => {
  await tell(
    'web',
    'order.changed',
    { orderId: 'odd', lines: [{ listing: 'X-1', quantity: 2 }] },
    '2026-11-01T08:00:00Z',
  );
  const parcel = {
    orderId: 'odd',
    shipmentId: 's-1',
    location: 'east',
    tracking: { carrier: 'UPS', number: '1Z' },
    lines: [{ sku: 'MUG', quantity: 1 }],
  };
  const position = await tell('web', 'order.shipped', parcel, '2026-11-01T09:00:00Z');
  const { json } = await ask(`GET /v1/channels/web/orders/odd?atLeast=${position}`);
  expect(json).toMatchObject({ status: 'pending', placedAt: null });
  expect(json.lines).toContainEqual(expect.objectContaining({ sku: null, name: 'X-1', parked: true }));
  expect(json.shipments[0].tracking).toEqual(parcel.tracking);
});

it('shows the locations of an item in one order, now and at a moment', async () => {
  const receipt = (documentId: string, location: string) => ({
    documentId,
    location,
    lines: [{ sku: 'CUP', quantity: 1 }],
  });
  await tell('wms', 'stock.received', receipt('in-1', 'west'), '2026-11-01T10:00:00Z');
  const position = await tell('wms', 'stock.received', receipt('in-2', 'east'), '2026-11-01T07:00:00Z');
  const now = (await ask(`GET /v1/items/CUP?atLeast=${position}`)).json;
  const then = (await ask(`GET /v1/items/CUP?knownAt=${new Date().toISOString()}`)).json;
  expect(now.locations.map(({ location }: { location: string }) => location)).toEqual(['east', 'west']);
  expect(then.locations).toEqual(now.locations);
});
