import { until } from '../../libs/kernel/testing/until.ts';
import type { Ask, Running } from './harness.ts';
import { openShop } from './shop.ts';

/** Orders that a reservation was confirmed for, and whose placing is on its way. */
let running: Running;
let ask: Ask;
beforeAll(async () => {
  ({ running, ask } = await openShop());
  for (const sku of ['MUG', 'CUP']) await ask(`PUT /v1/items/${sku}`, {});
  const lines = ['MUG', 'CUP'].map((sku) => ({ sku, quantity: 20 }));
  await tell('wms', 'stock.received', { documentId: 'in', location: 'east', lines });
}, 60_000);
afterAll(() => running.stop());

let messages = 0;
async function tell(source: string, type: string, data: object): Promise<number> {
  const id = `m-${++messages}`;
  const { json } = await ask('POST /v1/events', { id, source, type, time: new Date().toISOString(), data });
  const position = json.position as number;
  await until(async () => (await ask('GET /v1/status')).json.posted >= position);
  return position;
}

async function confirm(orderId: string, lines: object[], confirmed?: object[]): Promise<void> {
  const reservationId = `of-${orderId}`;
  const hold = { reservationId, channel: 'web', lines, expiresInSeconds: 600 };
  expect((await ask('POST /v1/reservations', hold)).status).toBe(201);
  const body = { orderId, ...(confirmed && { lines: confirmed }) };
  expect((await ask(`POST /v1/reservations/${reservationId}/confirm`, body)).status).toBe(200);
}

const orderNow = async (orderId: string) => (await ask(`GET /v1/channels/web/orders/${orderId}`)).json;

/** Whatever the other orders have. */
async function committed(sku: string, orderId: string): Promise<number> {
  const { head } = (await ask('GET /v1/status')).json;
  const { json } = await ask(`GET /v1/items/${sku}?atLeast=${head}`);
  const others = await Promise.all(['a', 'b', 'c', 'd'].filter((id) => id !== orderId).map(openOf(sku)));
  return json.totals.committed - others.reduce((sum, open) => sum + open, 0);
}

const openOf = (sku: string) => async (orderId: string) => {
  const { status, json } = await ask(`GET /v1/channels/web/orders/${orderId}`);
  if (status === 404) return 0;
  const lines = json.lines as { sku: string; open: number }[];
  return lines.reduce((sum, line) => sum + (line.sku === sku ? line.open : 0), 0);
};

it('is shown as pending, with what was confirmed of it', async () => {
  const lines = [
    { sku: 'MUG', quantity: 3 },
    { sku: 'CUP', quantity: 2 },
  ];
  await confirm('a', lines, [
    { sku: 'MUG', quantity: 3 },
    { sku: 'CUP', quantity: 1 },
  ]);
  const order = await orderNow('a');
  expect(order).toMatchObject({ status: 'pending', placedAt: null, history: [], shipments: [] });
  expect(order.lines).toMatchObject([
    { line: '1', sku: 'MUG', ordered: 3, open: 3, parked: false },
    { line: '2', sku: 'CUP', ordered: 1, open: 1 },
  ]);
  expect(order.version).toBeGreaterThan(0);
});

it('gives back what is cancelled of it by line, and shows it', async () => {
  await confirm('b', [{ sku: 'MUG', quantity: 3 }]);
  expect(await committed('MUG', 'b')).toBe(3);
  const before = await orderNow('b');
  await tell('web', 'order.cancelled', { orderId: 'b', lines: [{ line: 'x', sku: 'MUG', quantity: 1 }] });
  const order = await orderNow('b');
  expect(order.lines).toMatchObject([{ line: 'x', ordered: 3, cancelled: 1, open: 2 }]);
  expect(order.version).toBeGreaterThan(before.version);
  expect(await committed('MUG', 'b')).toBe(2);
});

it('gives back what a change lowers, and keeps what the change does not name', async () => {
  const lines = [
    { sku: 'MUG', quantity: 3 },
    { sku: 'CUP', quantity: 2 },
  ];
  await confirm('c', lines);
  await tell('web', 'order.changed', { orderId: 'c', lines: [{ line: '1', sku: 'MUG', quantity: 1 }] });
  expect([await committed('MUG', 'c'), await committed('CUP', 'c')]).toEqual([1, 2]);
});

it('heeds what was cancelled before it was confirmed, and the placing has the last word', async () => {
  await tell('web', 'order.cancelled', { orderId: 'd', lines: [{ sku: 'MUG', quantity: 1 }] });
  await confirm('d', [{ sku: 'MUG', quantity: 3 }]);
  await until(async () => (await committed('MUG', 'd')) === 2);
  await tell('web', 'order.placed', { orderId: 'd', lines: [{ line: '1', sku: 'MUG', quantity: 4 }] });
  expect(await committed('MUG', 'd')).toBe(3);
  expect((await orderNow('d')).lines).toMatchObject([{ ordered: 4, cancelled: 1, open: 3 }]);
});
