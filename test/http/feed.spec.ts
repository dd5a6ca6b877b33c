import { type FeedEvent, OpenFeed } from '../fixtures/open-feed.ts';
import { type Running, startService } from './harness.ts';

let running: Running;
beforeAll(async () => {
  running = await startService();
  await running.ask('PUT /v1/locations/east', { kind: 'warehouse' });
  await running.ask('PUT /v1/sources/wms', { kind: 'warehouse' });
  await running.ask('PUT /v1/channels/web', { kind: 'storefront', locations: ['east'] });
});
afterAll(() => running.stop());

async function open(query: string, lastEventId?: string): Promise<OpenFeed> {
  const feed = await OpenFeed.open(`${running.service.url}/v1/channels/web/feed${query}`, lastEventId);
  expect(feed.headers.get('content-type')).toBe('text/event-stream');
  return feed;
}

/** Reads until `count` events have come, then leaves. */
async function listen(query: string, count: number, lastEventId?: string): Promise<FeedEvent[]> {
  const feed = await open(query, lastEventId);
  const events = await feed.take(count);
  feed.close();
  return events;
}

let documents = 0;
/** Resolves when the number is there. */
const receive = async (sku: string, quantity = 1): Promise<void> => {
  const data = { documentId: `d-${++documents}`, location: 'east', lines: [{ sku, quantity }] };
  const message = {
    id: `r-${documents}`,
    source: 'wms',
    type: 'stock.received',
    time: new Date().toISOString(),
    data,
  };
  const { json } = await running.ask('POST /v1/events', message);
  await running.ask(`GET /v1/channels/web/availability?atLeast=${json.position}`);
};

it('tells every listing once, then what changes', async () => {
  await receive('A', 5);
  await receive('B', 6);
  const feed = await open('?after=0');
  const events = await feed.take(2);
  await receive('A', 1);
  events.push(await feed.next());
  feed.close();
  expect(events.map(({ event, data }) => [event, data.listing, data.available])).toEqual([
    ['availability.changed', 'A', 5],
    ['availability.changed', 'B', 6],
    ['availability.changed', 'A', 6],
  ]);
  expect(await running.ask('GET /v1/channels/web/availability/A')).toMatchObject({ json: events[2]!.data });
});

it('goes on behind the event it is told, by header or by parameter', async () => {
  const all = await listen('?after=0', 2);
  await receive('C', 1);
  const behindFirst = await listen('', 2, all[0]!.id);
  expect(behindFirst.map(({ id }) => id)).toContain(all[1]!.id);
  const behindSecond = await listen(`?cursor=${all[1]!.id}`, 1);
  expect(behindSecond[0]!.data.listing).toBe('C');
});

it('says where it begins, so that a client cut off before its first event misses nothing', async () => {
  const feed = await open('');
  const begin = feed.headers.get('last-event-id')!;
  feed.close();
  await receive('D', 1);
  const [first] = await listen('', 1, begin);
  expect(first!.data.listing).toBe('D');
});

it('tells of orders', async () => {
  const feed = await open('');
  const message = {
    id: 'o-1',
    source: 'web',
    type: 'order.placed',
    time: new Date().toISOString(),
    data: { orderId: 'O-1', lines: [{ sku: 'A', quantity: 1 }] },
  };
  await running.ask('POST /v1/events', message);
  const order = await feed.next(({ event }) => event === 'order.updated');
  feed.close();
  const { json } = await running.ask('GET /v1/channels/web/orders/O-1');
  expect(order.data).toEqual(json);
});

it('tells whose a listing is that became another item’s, also where the number is the same', async () => {
  await running.ask('PUT /v1/items/E', { name: 'E' });
  await running.ask('PUT /v1/items/F', { name: 'F' });
  await running.ask('PUT /v1/channels/web/listings/MOVED', { sku: 'E' });
  const { json: moved } = await running.ask('PUT /v1/channels/web/listings/NEXT', { sku: 'E' });
  const before = await running.ask(`GET /v1/channels/web/availability/MOVED?atLeast=${moved.position}`);
  const feed = await open('');
  const { json: put } = await running.ask('PUT /v1/channels/web/listings/MOVED', { sku: 'F' });
  const told = await feed.next();
  feed.close();

  const expected = { listing: 'MOVED', sku: 'F', available: before.json.available, version: put.position };
  expect(told.data).toMatchObject(expected);
  const after = await running.ask(`GET /v1/channels/web/availability?after=${put.position - 1}`);
  expect(after.json.items).toEqual([told.data]);
  const known = `GET /v1/channels/web/availability/MOVED?knownAt=`;
  expect((await running.ask(known + told.data.recordedAt)).json).toEqual(told.data);
  expect((await running.ask(known + before.json.recordedAt)).json.sku).toBe('E');
  const explained = await running.ask('GET /v1/channels/web/availability/MOVED/explain');
  expect(explained.json).toMatchObject({ available: 0, version: put.position });
});

it.each([
  ['?after=1', 'INVALID_PARAMETER', 'Send 0.'],
  ['?cursor=nonsense', 'CURSOR_INVALID', ''],
])('refuses %s', async (query, code, advice) => {
  const answer = await running.ask(`GET /v1/channels/web/feed${query}`);
  expect([answer.status, answer.json.code]).toEqual([400, code]);
  expect(answer.json.detail).toContain(advice);
});

it('refuses a cursor of another channel, and a channel that is not there', async () => {
  await running.ask('PUT /v1/channels/other', { kind: 'storefront', locations: [] });
  const [first] = await listen('?after=0', 1);
  const stolen = await running.ask('GET /v1/channels/other/feed', undefined, { 'last-event-id': first!.id });
  expect([stolen.status, stolen.json.code]).toEqual([400, 'CURSOR_INVALID']);
  expect((await running.ask('GET /v1/channels/nope/feed')).json.code).toBe('CHANNEL_UNKNOWN');
});

it('answers HEAD without holding on', async () => {
  const response = await fetch(`${running.service.url}/v1/channels/web/feed`, { method: 'HEAD' });
  expect(response.status).toBe(200);
});

it('says when to come back within its first event, for readers that take every block for one', async () => {
  await receive('FIRST');
  const response = await fetch(`${running.service.url}/v1/channels/web/feed?after=0`);
  const chunks = response.body!.pipeThrough(new TextDecoderStream());
  let told = '';
  for await (const chunk of chunks) {
    told += chunk;
    if (told.includes('\n\n')) break;
  }
  expect(told.split('\n\n', 1)[0]).toMatch(/^retry: \d+\n(.+\n)*data: \{/);
});
