import { type Running, startService } from './harness.ts';

let running: Running;
beforeAll(async () => {
  running = await startService();
  await running.ask('PUT /v1/locations/east', { kind: 'warehouse' });
  await running.ask('PUT /v1/sources/wms', { kind: 'warehouse' });
  await running.ask('PUT /v1/channels/web', { kind: 'storefront', locations: ['east'] });
}, 60_000);
afterAll(() => running.stop());

interface Event {
  readonly id: string;
  readonly event: string;
  readonly data: any;
}

/** Reads events until `count` have come, then leaves. */
async function listen(query: string, count: number, headers: Record<string, string> = {}): Promise<Event[]> {
  const leave = new AbortController();
  const response = await fetch(`${running.service.url}/v1/channels/web/feed${query}`, {
    headers,
    signal: leave.signal,
  });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const events: Event[] = [];
  let rest = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const frames = (rest + chunk).split('\n\n');
    rest = frames.pop()!;
    for (const frame of frames) {
      const fields = Object.fromEntries(
        frame
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      if (fields['id'] === undefined) continue;
      events.push({ id: fields['id'], event: fields['event']!, data: JSON.parse(fields['data']!) });
    }
    if (events.length >= count) break;
  }
  leave.abort();
  return events.slice(0, count);
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
  const hearing = listen('?after=0', 3);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await receive('A', 1);
  const events = await hearing;
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
  const behindFirst = await listen('', 2, { 'last-event-id': all[0]!.id });
  expect(behindFirst.map(({ id }) => id)).toContain(all[1]!.id);
  const behindSecond = await listen(`?cursor=${all[1]!.id}`, 1);
  expect(behindSecond[0]!.data.listing).toBe('C');
});

it('says where it begins, so that a client cut off before its first event misses nothing', async () => {
  const leave = new AbortController();
  const { headers } = await fetch(`${running.service.url}/v1/channels/web/feed`, { signal: leave.signal });
  leave.abort();
  await receive('D', 1);
  const [first] = await listen('', 1, { 'last-event-id': headers.get('last-event-id')! });
  expect(first!.data.listing).toBe('D');
});

it('tells of orders', async () => {
  const hearing = listen('', 2);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const message = {
    id: 'o-1',
    source: 'web',
    type: 'order.placed',
    time: new Date().toISOString(),
    data: { orderId: 'O-1', lines: [{ sku: 'A', quantity: 1 }] },
  };
  await running.ask('POST /v1/events', message);
  const events = await hearing;
  const order = events.find(({ event }) => event === 'order.updated')!;
  const { json } = await running.ask('GET /v1/channels/web/orders/O-1');
  expect(order.data).toEqual(json);
});

it.each([
  ['?after=1', 'INVALID_PARAMETER', 400],
  ['?cursor=nonsense', 'CURSOR_INVALID', 400],
])('refuses %s', async (query, code, status) => {
  const answer = await running.ask(`GET /v1/channels/web/feed${query}`);
  expect([answer.status, answer.json.code]).toEqual([status, code]);
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
