import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { until } from '../fixtures/waiting.ts';
import { type Answer, askAt, type Running, startService } from '../http/harness.ts';
import { fact, line, lines, type Refused, REFUSED, sale } from './message-rows.ts';
import { missingRows } from './rows.ts';
import { setUp } from './set-up.ts';

/** Rows 1–48 of the catalogue of bad input, told over HTTP: what one message can be, and what becomes of it. */
let running: Running;

beforeAll(async () => {
  running = await startService();
  await setUp(running);
});
afterAll(() => running.stop());

const tell = (body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  running.ask('POST /v1/events', body, headers);

/** What is not refused as a whole, each in its own words. */
const TAKEN: readonly (readonly [row: number, title: string, test: () => Promise<void>])[] = [
  [
    5,
    'a byte order mark is passed over',
    async () => {
      expect((await tell(`\ufeff${JSON.stringify(sale())}`)).json.outcome).toBe('accepted');
    },
  ],
  [
    22,
    'the same letters in other code points are another SKU, parked with the one that was meant',
    async () => {
      for (const [twin, meant] of [
        ['CAFE\u0301', 'CAFÉ'],
        ['Ａ', 'A'],
        ['A ', 'A'],
      ]) {
        const { status, json } = await tell(line({ sku: twin }));
        const isSame = status === 201;
        const isParked = status === 202 && json.parked[0].code === 'ITEM_UNKNOWN';
        expect([twin, isSame || isParked]).toEqual([twin, true]);
        if (isParked) expect(json.parked[0].detail).toContain(meant);
      }
    },
  ],
  [
    24,
    'an unknown SKU is parked, and released once it is known',
    async () => {
      const { status, json } = await tell(line({ sku: 'NEW' }));
      expect([status, json.parked]).toMatchObject([202, [{ line: '1', code: 'ITEM_UNKNOWN' }]]);
      const { json: put } = await running.ask('PUT /v1/items/NEW', { name: 'New' });
      expect(put.position).toBeGreaterThan(json.position);
      await untilOnHand('NEW', -1);
    },
  ],
  [
    25,
    'an unknown location is parked, an inactive one flagged',
    async () => {
      const unknown = await tell(sale({}, { location: 'nowhere' }));
      expect([unknown.status, unknown.json.parked[0].code]).toEqual([202, 'LOCATION_UNKNOWN']);
      const closed = await tell(sale({}, { location: 'closed' }));
      expect([closed.status, closed.json.flags]).toEqual([201, ['inactive-location']]);
    },
  ],
  [
    28,
    'an id with other content',
    async () => {
      const first = sale();
      await tell(first);
      const { status, json } = await tell({ ...first, data: { ...first.data, lines: lines(2) } });
      expect([status, json.code]).toEqual([409, 'ID_REUSED_WITH_DIFFERENT_CONTENT']);
    },
  ],
  [
    34,
    'the same SKU twice is the sum',
    async () => {
      const told = sale(
        {},
        {
          lines: [
            { sku: 'TWICE', quantity: 1 },
            { sku: 'TWICE', quantity: 2 },
          ],
        },
      );
      await running.ask('PUT /v1/items/TWICE', {});
      expect((await tell(told)).status).toBe(201);
      await untilOnHand('TWICE', -3);
    },
  ],
  [
    36,
    'nothing was poisoned',
    async () => {
      await tell('{"constructor":{"prototype":{"polluted":1}}}');
      expect(({} as { polluted?: number }).polluted).toBeUndefined();
    },
  ],
  [
    37,
    'an array is several messages, each for itself',
    async () => {
      const { status, json } = await tell([sale(), null, 5, []]);
      expect([status, json.counts]).toEqual([200, { accepted: 1, duplicate: 0, parked: 0, rejected: 3 }]);
    },
  ],
  [
    39,
    'a header of no letters that we know is no part of the message',
    async () => {
      const { status, headers } = await tell(sale(), {
        'x-request-id': 'caf\u00e9 \u00ff',
        'ce-id': 'another',
      });
      expect([status, headers.get('x-request-id')?.includes('\u00ff')]).toEqual([201, false]);
    },
  ],
  [
    41,
    'a bomb ends at the limit',
    async () => {
      const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
      const { status, json } = await tell(bomb, { 'content-encoding': 'gzip' });
      expect([status, json.code]).toEqual([413, 'MESSAGE_TOO_LARGE']);
    },
  ],
  [
    42,
    'an order never heard of may be cancelled: it is a fact',
    async () => {
      expect((await tell(fact('web', 'order.cancelled', { orderId: 'o-42' }))).status).toBe(201);
      await tell(fact('web', 'order.placed', { orderId: 'o-42', lines: lines(1) }));
      expect((await running.ask('GET /v1/channels/web/orders/o-42')).json.status).toBe('cancelled');
    },
  ],
  [
    43,
    '5 refunded of 3 is taken, and flagged',
    async () => {
      await tell(fact('web', 'order.placed', { orderId: 'o-43', lines: [{ sku: 'A', quantity: 3 }] }));
      const refund = { orderId: 'o-43', refundId: 'r', lines: [{ sku: 'A', quantity: 5 }] };
      const { status, json } = await tell(fact('web', 'order.refunded', refund));
      expect([status, json.flags]).toEqual([201, ['over-refund']]);
    },
  ],
  [
    44,
    'what is cancelled may be shipped all the same: then it was not cancelled',
    async () => {
      await tell(fact('web', 'order.placed', { orderId: 'o-44', lines: lines(1) }));
      await tell(fact('web', 'order.cancelled', { orderId: 'o-44' }));
      const shipped = { orderId: 'o-44', shipmentId: 's', location: 'east', lines: lines(1) };
      expect((await tell(fact('web', 'order.shipped', shipped))).status).toBe(201);
      const { json } = await running.ask('GET /v1/channels/web/orders/o-44');
      expect([json.status, json.lines]).toMatchObject([
        'shipped',
        [{ ordered: 1, shipped: 1, cancelled: 0, open: 0 }],
      ]);
    },
  ],
  [
    45,
    'more received than sent is taken, and flagged',
    async () => {
      const transfer = { transferId: 't-45', from: 'east', to: 'closed' };
      await tell(fact('wms', 'transfer.shipped', { ...transfer, lines: lines(1) }));
      const told = fact('wms', 'transfer.received', { ...transfer, lines: [{ sku: 'A', quantity: 3 }] });
      const { status, json } = await tell(told);
      expect([status, json.flags]).toMatchObject([201, expect.arrayContaining(['over-receipt'])]);
    },
  ],
  [
    48,
    'a key that is not its entity’s decides nothing',
    async () => {
      const { status } = await tell(sale({ partitionkey: 'another', subject: 'B' }));
      expect(status).toBe(201);
    },
  ],
];

/** Told by whoever has a channel's key. */
const BY_KEY: Refused = [
  29,
  'another channel than the key’s',
  () => sale({ source: 'market' }),
  403,
  'CHANNEL_MISMATCH',
];

describe('what is refused', () => {
  it.each(REFUSED)('row %d: %s', async (...row) => {
    const [, , body, status, code] = row;
    const before = await counts();
    const answer = await tell(body());
    expect([answer.status, answer.json.code]).toEqual([status, code]);
    expect(answer.json.detail).toMatch(/\S/);
    expect(answer.text).not.toMatch(/\bat .*\.[jt]s:\d+/);
    const after = await counts();
    expect([after.received - before.received, after.rejected - before.rejected]).toEqual([1, 1]);
  });

  it(`row ${BY_KEY[0]}: ${BY_KEY[1]}`, async () => {
    const keyed = await startService({ AUTH: 'keys' });
    const [row, , body, status, code] = BY_KEY;
    try {
      const key = await channelKey(keyed);
      const answer = await keyed.ask('POST /v1/events', body(), { authorization: `Bearer ${key}` });
      expect([row, answer.status, answer.json.code]).toEqual([29, status, code]);
    } finally {
      await keyed.stop();
    }
  });
});

describe('what is taken, in part or with a flag', () => {
  it.each(TAKEN)('row %d: %s', async (_, __, test) => test());
});

it('every row from 1 to 48 is here', () => {
  expect(missingRows([...REFUSED, ...TAKEN, BY_KEY], 1, 48)).toEqual([]);
});

/** Rejected messages are told too: they are counted, and shown. */
async function counts(): Promise<{ received: number; rejected: number }> {
  const { head } = (await running.ask('GET /v1/status')).json;
  return (await running.ask(`GET /v1/status?atLeast=${head}`)).json.counts;
}

/** What is posted once it is known comes by itself. */
const untilOnHand = (item: string, quantity: number): Promise<void> =>
  until(async () => {
    const { json } = await running.ask(`GET /v1/items/${item}`);
    expect(json.totals.onHand).toBe(quantity);
    return true;
  }, `${quantity} of ${item}`);

async function channelKey({ service, directory }: Running): Promise<string> {
  const { secret } = JSON.parse(readFileSync(join(directory, 'service.json'), 'utf8'));
  const admin = askAt(service.url, { authorization: `Bearer ${secret}` });
  await admin('PUT /v1/channels/web', { kind: 'storefront' });
  const created = await service.onhand.rooms.keyDesk.create({ channel: 'web' });
  if (!('key' in created)) throw new Error(created.detail);
  return created.key;
}
