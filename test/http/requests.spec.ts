import { conforming } from './conform.ts';
import { type Ask, type Running, startService } from './harness.ts';

/** Requests that name what is not there, and what is shown of a hold that became an order in part. */
let running: Running;
let ask: Ask;
beforeAll(async () => {
  running = await startService();
  ask = await conforming(running.ask);
  for (const id of ['east', 'west']) await ask(`PUT /v1/locations/${id}`, { name: id, kind: 'warehouse' });
  await ask('PUT /v1/sources/wms', { kind: 'warehouse' });
  await ask('PUT /v1/channels/web', { kind: 'storefront', locations: ['east', 'west'] });
  await ask('PUT /v1/items/MUG', {});
  for (const location of ['east', 'west']) {
    const lines = [{ sku: 'MUG', quantity: 10 }];
    await tell('wms', 'stock.received', { documentId: `in-${location}`, location, lines });
  }
  await tell('web', 'order.placed', { orderId: 'A-1', lines: [{ sku: 'MUG', quantity: 3 }] });
}, 60_000);
afterAll(() => running.stop());

let messages = 0;
async function tell(source: string, type: string, data: object): Promise<void> {
  const message = { id: `m-${++messages}`, source, type, time: '2026-11-01T08:00:00Z', data };
  const { json } = await ask('POST /v1/events', message);
  await ask(`GET /v1/items/MUG?atLeast=${json.position}`);
}

const refused = async (line: string, body: object): Promise<[number, string, string | undefined]> => {
  const { status, json } = await ask(line, body);
  return [status, json.code, json.errors?.[0]?.pointer];
};

describe('a reallocation', () => {
  const path = 'POST /v1/items/MUG/reallocations';
  const order = { channel: 'web', orderId: 'A-1', line: '1' };
  const move = { reallocationId: 'm-1', ...order, from: 'east', to: 'west', quantity: 2 };

  it('is answered the first answer again', async () => {
    const first = await ask(path, move);
    expect([first.status, first.json]).toMatchObject([201, move]);
    const again = await ask(path, move);
    expect([again.status, again.json]).toEqual([200, first.json]);
  });

  it.each([
    ['a channel', { channel: 'nope' }, 'CHANNEL_UNKNOWN', '/channel'],
    ['an order', { orderId: 'never told' }, 'ORDER_UNKNOWN', '/orderId'],
    ['a location', { from: 'nope' }, 'LOCATION_UNKNOWN', '/from'],
  ])('names %s that is not there', async (_, more, code, pointer) => {
    expect(await refused(path, { ...move, reallocationId: 'm-2', ...more })).toEqual([422, code, pointer]);
  });

  it('of too much, or of a line that a known order does not have, is a conflict', async () => {
    for (const more of [{ quantity: 9 }, { line: '7' }]) {
      const [status, code] = await refused(path, { ...move, reallocationId: 'm-3', ...more });
      expect([status, code]).toEqual([409, 'INSUFFICIENT_COMMITMENT']);
    }
  });
});

describe('a confirmation', () => {
  const hold = { reservationId: 'r-1', channel: 'web', expiresInSeconds: 600 };
  const request = { ...hold, lines: [{ sku: 'MUG', quantity: 5 }] };
  const confirm = 'POST /v1/reservations/r-1/confirm';

  it('names an item that is not there', async () => {
    expect((await ask('POST /v1/reservations', request)).status).toBe(201);
    const lines = [{ sku: 'NOPE', quantity: 1 }];
    expect(await refused(confirm, { orderId: 'B-1', lines })).toEqual([422, 'ITEM_UNKNOWN', '/lines/0/sku']);
  });

  it('of a part shows that part; the request again is still answered as it was first', async () => {
    const first = (await ask('POST /v1/reservations', request)).json;
    const lines = [{ sku: 'MUG', quantity: 2 }];
    const { json } = await ask(confirm, { orderId: 'B-1', lines });
    expect(json).toMatchObject({ state: 'confirmed', orderId: 'B-1', lines });
    const shown = (await ask(`GET /v1/reservations/r-1?atLeast=${json.position}`)).json;
    expect(shown).toEqual(json);
    expect((await ask(`GET /v1/reservations?atLeast=${json.position}`)).json.items).toEqual([shown]);
    const again = await ask('POST /v1/reservations', request);
    expect([again.status, again.json]).toEqual([200, first]);
    expect(first).toMatchObject({ state: 'held', lines: [{ sku: 'MUG', quantity: 5 }] });
  });
});
