import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { channelBody, openShop } from '../fixtures/merchant.ts';
import { type FeedEvent, OpenFeed } from '../fixtures/open-feed.ts';
import { until } from '../fixtures/waiting.ts';
import { Service } from './service.ts';

/** What each channel is told, from the outside: webhooks, the ledger of what was told, and what is refused. */

/** Whoever hears nothing for so long goes away, to come back. */
const QUIET_MS = 1_000;
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

interface Received {
  readonly id: string;
  readonly event: { readonly type: string; readonly data: any };
}

/** A shop's own endpoint: it verifies, and answers what `status` says. */
class Endpoint {
  readonly received: Received[] = [];
  status: (received: Received) => number = () => 204;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part));
      request.on('end', () => {
        const event = new Webhook(SECRET).verify(body, request.headers as Record<string, string>);
        const received = { id: String(request.headers['webhook-id']), event } as Received;
        this.received.push(received);
        response.writeHead(this.status(received)).end();
      });
    });
  }

  static open(): Promise<Endpoint> {
    const server = createServer();
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(new Endpoint(server))));
  }

  get webhook(): { readonly url: string; readonly secret: string } {
    return { url: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/told`, secret: SECRET };
  }

  /** The newest number of each listing, dropping what is not newer, as a receiver should. */
  get numbers(): Record<string, number> {
    const newest = new Map<string, { version: number; available: number }>();
    for (const { event } of this.received) {
      const { listing, version, available } = event.data;
      if (listing !== undefined && version > (newest.get(listing)?.version ?? 0))
        newest.set(listing, { version, available });
    }
    return Object.fromEntries([...newest].map(([listing, { available }]) => [listing, available]));
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

let onhand: Service;
let endpoint: Endpoint;

beforeAll(async () => {
  endpoint = await Endpoint.open();
  onhand = await Service.start({ WEBHOOK_ALLOW_PRIVATE: 'true' });
  await openShop(onhand, { webhooks: { web: endpoint.webhook } });
});
afterAll(async () => {
  await onhand.stop();
  endpoint.close();
});

/** Waits until the endpoint knows exactly what a pull answers. */
async function toldAll(channel = 'web', where = endpoint): Promise<Record<string, number>> {
  await onhand.settle();
  const { body } = await onhand.get(`/v1/channels/${channel}/availability?limit=1000`);
  const pulled = Object.fromEntries(body.items.map((item: any) => [item.listing, item.available]));
  await until(() => {
    expect(sorted(where.numbers)).toEqual(sorted(pulled));
    return true;
  }, 'it was told every number');
  return pulled;
}
const sorted = (numbers: Record<string, number>): [string, number][] =>
  Object.entries(numbers).sort(([a], [b]) => (a < b ? -1 : 1));

describe('a webhook', () => {
  it('knows every number that a pull answers, kits and weighed goods too', async () => {
    const pulled = await toldAll();
    expect(pulled['MUG-RED']).toBe(56);
    expect(pulled['TEA-GREEN']).toBe(11.5);
    expect(pulled['BREAKFAST-SET']).toBe(14);
  });

  it('is told orders with their tracking', async () => {
    await onhand.tell('web', 'order.placed', { orderId: 'T-1', lines: [{ sku: 'PLATE', quantity: 2 }] });
    await onhand.tell('wms', 'order.shipped', {
      ...{ orderId: 'T-1', channel: 'web', shipmentId: 'S-1', location: 'berlin' },
      tracking: { carrier: 'DHL', number: '00340434' },
      lines: [{ sku: 'PLATE', quantity: 2 }],
    });
    await toldAll();
    const updates = (): any[] =>
      endpoint.received.filter(({ event }) => event.data.orderId === 'T-1').map(({ event }) => event);
    await until(() => updates().at(-1)?.data.status === 'shipped', 'the parcel is told');
    const { type, data } = updates().at(-1);
    expect(type).toBe('onhand.order.updated.v1');
    expect(data).toMatchObject({
      status: 'shipped',
      shipments: [{ tracking: { carrier: 'DHL', number: '00340434' } }],
    });
    const { body } = await onhand.get('/v1/channels/web/orders/T-1');
    expect(body).toEqual(
      Object.fromEntries(Object.entries(data).filter(([name]) => name !== 'version' || 'version' in body)),
    );
    const versions = updates().map((event) => event.data.version);
    expect([...versions].sort((a, b) => a - b)).toEqual(versions);
  });

  it('is told again by itself, with the newest number, which has an id of its own', async () => {
    let isDown = true;
    endpoint.status = () => (isDown ? 500 : 200);
    const before = endpoint.received.length;
    await onhand.tell('wms', 'stock.received', {
      documentId: 'R-1',
      location: 'shop',
      lines: [{ sku: 'BOWL', quantity: 1 }],
    });
    await until(() => endpoint.received.length > before, 'it was told');
    const first = endpoint.received[before]!;
    await onhand.tell('wms', 'stock.received', {
      documentId: 'R-2',
      location: 'shop',
      lines: [{ sku: 'BOWL', quantity: 1 }],
    });
    isDown = false;
    const pulled = await toldAll();

    expect(pulled['BOWL']).toBe(32);
    const told = endpoint.received.slice(before).filter(({ event }) => event.data.listing === 'BOWL');
    expect(told.at(-1)!.id).not.toBe(first.id);
    endpoint.status = () => 204;
  });

  it('goes on after the service was killed, and nothing is lost', async () => {
    for (let index = 0; index < 10; index++) {
      await onhand.tell('wms', 'stock.received', {
        documentId: `K-${index}`,
        location: 'shop',
        lines: [{ sku: 'HONEY', quantity: 1 }],
      });
    }
    await onhand.end('SIGKILL');
    await onhand.run();
    await toldAll();
  });

  it('of another URL is told every number, then what comes, and the old one nothing', async () => {
    const other = await Endpoint.open();
    const { body } = await onhand.put('/v1/channels/web', channelBody('web', other.webhook));
    await onhand.tell('wms', 'stock.received', {
      documentId: 'U-1',
      location: 'shop',
      lines: [{ sku: 'BOWL', quantity: 1 }],
    });
    expect((await toldAll('web', other))['BOWL']).toBe(33);
    // What was on its way to the old one may still come; what is newer than the change may not.
    const since = endpoint.received.filter(({ event }) => event.data.version > body.position);
    expect(since).toEqual([]);
    other.close();
  });
});

describe('a feed', () => {
  it('that is cut off again and again, while numbers change, ends with the numbers of a pull', async () => {
    const client = new FeedClient('/v1/channels/market/feed');
    let isOver = false;
    const selling = sellAlong(() => isOver);
    for (let visit = 0; visit < 25; visit++) await client.read(1 + (visit % 4));
    isOver = true;
    await selling;
    await onhand.settle();

    const { body } = await onhand.get('/v1/channels/market/availability?limit=1000');
    await client.readUntil(() => body.items.every((item: any) => client.has(item)));
    expect(client.newest.size).toBe(body.items.length);
    for (const item of body.items) expect(client.newest.get(item.listing)).toEqual(item);
  });

  async function sellAlong(isOver: () => boolean): Promise<void> {
    for (let index = 0; !isOver(); index++) {
      const quantity = 1 + (index % 3);
      const lines = [{ sku: ['MUG-RED', 'LAMP-OAK', 'CANDLE'][index % 3], quantity }];
      const data = { documentId: `F-${index}`, location: 'berlin', lines };
      await onhand.tell('wms', index % 2 === 0 ? 'stock.received' : 'stock.shipped', data);
    }
  }
});

/** Reads some events, goes away in the middle of the stream, and resumes where it was, as a browser would. */
class FeedClient {
  readonly newest = new Map<string, { version: number }>();
  readonly #path: string;
  #lastEventId: string | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  has({ listing, version }: { listing: string; version: number }): boolean {
    return this.newest.get(listing)?.version === version;
  }

  /** So many events, or as many as come until nothing comes for a while. */
  async read(events: number): Promise<void> {
    const feed = await this.#open();
    for (let taken = 0; taken < events; taken++) {
      const event = await feed.nextWithin(QUIET_MS);
      if (event === undefined) return;
      this.#keep(event);
    }
    feed.close();
  }

  async readUntil(isEnough: () => boolean): Promise<void> {
    const feed = await this.#open();
    while (!isEnough()) this.#keep(await feed.next());
    feed.close();
  }

  #open(): Promise<OpenFeed> {
    const query = this.#lastEventId === undefined ? '?after=0' : '';
    return OpenFeed.open(onhand.url + this.#path + query, this.#lastEventId);
  }

  #keep({ id, event, data }: FeedEvent): void {
    this.#lastEventId = id;
    if (event !== 'availability.changed') return;
    expect(data.version).toBeGreaterThan(this.newest.get(data.listing)?.version ?? 0);
    this.newest.set(data.listing, data);
  }
}

describe('a webhook URL', () => {
  it('with credentials is refused, wherever it leads', async () => {
    const answer = await onhand.put(
      '/v1/channels/till',
      channelBody('till', { url: 'http://a:b@127.0.0.1/', secret: 'x' }),
    );
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe('WEBHOOK_URL_FORBIDDEN');
  });

  it('with a secret that no receiver could read is refused, put alone and imported', async () => {
    const body = channelBody('till', { ...endpoint.webhook, secret: 'whsec_not base64' });
    const answer = await onhand.put('/v1/channels/till', body);
    expect([answer.status, answer.body.code]).toEqual([400, 'WEBHOOK_SECRET_INVALID']);
    expect(answer.body.errors[0].pointer).toBe('/webhook/secret');
    const jsonLines = { 'content-type': 'application/jsonl' };
    const row = JSON.stringify({ id: 'till', ...body });
    const { body: imported } = await onhand.call('POST', '/v1/catalog/import', row, jsonLines);
    expect(JSON.stringify(imported)).toContain('WEBHOOK_SECRET_INVALID');
  });

  it('never shows its secret', async () => {
    const { body } = await onhand.get('/v1/channels/web');
    expect(JSON.stringify(body)).not.toContain(SECRET);
    expect(JSON.stringify((await onhand.get('/v1/channels')).body)).not.toContain('whsec_');
  });
});
