import { systemClock } from '#kernel';
import { CatalogBook } from '#catalog';
import type { Channel } from '#inventory';
import type { ReadModel } from '#read-model';
import { IN_MEMORY, SqliteReadModel } from '#read-model/sqlite';
import { Receiver, until } from '../testing/receiver.ts';
import { Stage } from '../testing/stage.ts';
import { Hub, Receipts, ToldBook } from '../src/index.ts';
import { FAILURES_UNTIL_FAILING } from './health.ts';
import { Webhooks, type WebhooksParts } from './webhooks.ts';

const QUICK = { firstMsMax: 40, msMax: 300 };
const bugs: unknown[] = [];
let stage: Stage;
let receiver: Receiver;
let service: Service;
let runs = 0;
const others: Receiver[] = [];

/** Publishing as it runs in one process. */
class Service {
  readonly told: ToldBook;
  readonly receipts: Receipts;
  readonly webhooks: Webhooks;
  readonly #hub: Hub;
  readonly #readModel: ReadModel;

  private constructor(parts: Partial<WebhooksParts>) {
    this.#readModel = SqliteReadModel.open({ file: IN_MEMORY });
    const catalog = new CatalogBook(this.#readModel);
    this.told = new ToldBook(this.#readModel);
    this.receipts = new Receipts({ store: stage.store, writer: `run-${++runs}`, clock: systemClock });
    this.#hub = new Hub({ ...stage, position: 0 });
    this.webhooks = new Webhooks({
      ...{ numbers: stage.numbers, orders: stage.orders, hub: this.#hub, told: this.told },
      ...{ receipts: this.receipts, channels: () => catalog.channels(), allowPrivate: true, pauses: QUICK },
      onBug: (_, thrown) => bugs.push(thrown),
      ...parts,
    });
    stage.folds.splice(1, Infinity, catalog, this.told, this.#hub, this.webhooks);
  }

  /** A new process: its picture is made anew from the log. */
  static async start(parts: Partial<WebhooksParts> = {}): Promise<Service> {
    const made = new Service(parts);
    stage.position = 0;
    await stage.project();
    made.webhooks.start();
    return made;
  }

  async stop(): Promise<void> {
    await this.webhooks.stop();
    await this.receipts.stop();
    this.kill();
  }

  /** Without a word: what has no receipt is not known to anybody. */
  kill(): void {
    for (const report of this.webhooks.reports()) this.#cut(report.channel);
    this.#hub.close();
    this.#readModel.close();
  }

  #cut(channel: string): void {
    this.webhooks.apply({ ...NO_EVENT, data: channelOf(channel) });
  }
}

const NO_EVENT = {
  id: '',
  stream: 'channel-x',
  revision: 0,
  position: 0,
  type: 'ChannelDefined',
  recordedAt: 0,
};

function channelOf(id: string, webhook?: Channel['webhook']): Channel {
  return {
    ...{ id, name: id, kind: 'storefront', locations: [], lists: 'all', unknownItems: 'park' },
    ...(webhook && { webhook }),
  };
}

async function define(id: string, webhook?: Channel['webhook']): Promise<void> {
  await stage.append(`channel-${id}`, 'ChannelDefined', channelOf(id, webhook));
  await stage.project();
}

const publish = (numbers: Record<string, number>, channel = 'web'): Promise<number> =>
  stage.publish(channel, numbers);
const arrived = (count: number, where = receiver): Promise<void> =>
  until(() => where.received.length >= count, `${count} messages, there are ${where.received.length}`);
const state = (channel = 'web'): string | undefined => service.webhooks.report(channel)?.state;

/** A second receiver. */
async function openOther(secret?: string): Promise<Receiver> {
  const other = await Receiver.open({ ...(secret && { secret }) });
  others.push(other);
  return other;
}

beforeEach(async () => {
  stage = await Stage.open();
  receiver = await Receiver.open();
  service = await Service.start();
});

afterEach(async () => {
  await service.stop();
  for (const each of [receiver, ...others.splice(0)]) await each.close();
  await stage.close();
  expect(bugs).toEqual([]);
});

describe('a webhook', () => {
  it('gets each change as a signed structured CloudEvent', async () => {
    await define('web', receiver.webhook);
    const version = await publish({ MUG: 3 });
    await arrived(1);

    const { headers, body, data } = receiver.received[0]!;
    expect(data).toMatchObject({ channel: 'web', listing: 'MUG', sku: 'MUG', available: 3, version });
    expect(headers['content-type']).toMatch(/^application\/cloudevents\+json/);
    expect(JSON.parse(body)).toEqual({
      specversion: '1.0',
      id: headers['webhook-id'],
      source: 'onhand',
      type: 'onhand.availability.changed.v1',
      subject: 'web:MUG',
      time: expect.stringMatching(/Z$/),
      datacontenttype: 'application/json',
      data,
    });
  });

  it('gets orders too', async () => {
    await define('web', receiver.webhook);
    const version = await stage.changeOrder('web', 'ä:1', 'shipped');
    await stage.project();
    await arrived(1);

    expect(JSON.parse(receiver.received[0]!.body)).toMatchObject({
      type: 'onhand.order.updated.v1',
      subject: 'web:ä:1',
      data: { orderId: 'ä:1', channel: 'web', status: 'shipped', version },
    });
  });

  it('is told what changes from its set-up on', async () => {
    await define('web');
    await publish({ OLD: 1 });
    await define('web', receiver.webhook);
    await publish({ NEW: 1 });
    await arrived(1);
    expect(receiver.picture).toEqual({ NEW: 1 });
  });

  it('is tried again with growing pauses, under the same id, signed anew', async () => {
    receiver.behave = (_, response) => response.writeHead(receiver.received.length < 4 ? 503 : 204).end();
    await define('web', receiver.webhook);
    await publish({ MUG: 3 });
    await arrived(4);
    await until(() => state() === 'ok', 'the webhook to be well');

    const [first, second, third, fourth] = receiver.received;
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(15);
    expect(fourth!.at - third!.at).toBeGreaterThan(second!.at - first!.at);
    expect(receiver.picture).toEqual({ MUG: 3 });
  });

  it('is told the newest number only, where it changed while it waited', async () => {
    receiver.behave = (_, response) => response.writeHead(receiver.received.length < 2 ? 500 : 200).end();
    await define('web', receiver.webhook);
    await publish({ MUG: 3 });
    await arrived(1);
    await publish({ MUG: 2 });
    const version = await publish({ MUG: 1 });
    await arrived(2);
    await until(() => service.webhooks.report('web')!.retrying === 0, 'nothing to wait');

    expect(receiver.received.map(({ data }) => data!.available)).toEqual([3, 1]);
    expect(receiver.received[1]!.data!.version).toBe(version);
  });

  it('never gets an older number after a newer one, though many are underway', async () => {
    receiver.behave = (_, response) => void setTimeout(() => response.end(), Math.random() * 10);
    await define('web', receiver.webhook);
    for (let round = 1; round <= 60; round++) {
      await publish(Object.fromEntries([1, 2, 3, 4, 5].map((name) => [`S${name}`, round * 10 + name])));
    }
    await until(
      () => Object.values(receiver.picture).filter((last) => Number(last) > 600).length === 5,
      'the newest',
    );

    const versions = new Map<string, number>();
    for (const { data } of receiver.received) {
      expect(data!.version).toBeGreaterThan(versions.get(data!.listing!) ?? 0);
      versions.set(data!.listing!, data!.version);
    }
  });

  it('takes a secret without the prefix', async () => {
    await receiver.close();
    receiver = await Receiver.open({ secret: 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' });
    await define('web', receiver.webhook);
    await publish({ MUG: 1 });
    await arrived(1);
    expect(receiver.picture).toEqual({ MUG: 1 });
  });
});

describe('a message that one receiver dislikes', () => {
  it('does not hold up the others', async () => {
    receiver.behave = ({ data }, response) => response.writeHead(data!.listing === 'BAD' ? 400 : 200).end();
    await define('web', receiver.webhook);
    for (let index = 0; index < 30; index++) await publish({ [`S${index}`]: 1, BAD: index });

    await until(() => Object.keys(receiver.picture).length === 31, 'all listings');
    expect(state()).toBe('ok');
    expect(service.webhooks.report('web')).toMatchObject({ retrying: 1, lastFailure: { code: 'HTTP_400' } });
  });
});

describe('a receiver in trouble', () => {
  it('is probed with what already failed, gets nothing new, and all of it once it is back', async () => {
    let isDown = true;
    receiver.behave = (_, response) => response.writeHead(isDown ? 500 : 200).end();
    await define('web', receiver.webhook);
    await publish(Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`S${index}`, 1])));
    await until(() => state() === 'failing', 'the webhook to be failing');
    await arrived(30);
    const tried = new Set(receiver.received.map(({ data }) => data!.listing));
    expect(tried.size).toBeLessThan(FAILURES_UNTIL_FAILING + 8);

    isDown = false;
    await until(() => state() === 'ok', 'the webhook to be well');
    await until(() => Object.keys(receiver.picture).length === 100, 'all listings');
    await service.receipts.flush();
    await stage.project();
    expect(await states()).toEqual(['WebhookFailing', 'WebhookRecovered']);
  });

  async function states(): Promise<string[]> {
    const page = await stage.store.readAll({ after: 0, categories: ['publication'] });
    return page.events.map(({ type }) => type).filter((type) => type.startsWith('Webhook'));
  }

  it.each<[string, Parameters<typeof setBehaviour>[0], string]>([
    [
      'redirects',
      (response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
      'HTTP_302',
    ],
    ['closes early', (response) => response.destroy(), 'UND_ERR_SOCKET'],
    ['answers nonsense', (response) => response.socket!.end('no http\r\n\r\n'), 'HTTPParserError'],
    ['is too busy', (response) => response.writeHead(429).end(), 'HTTP_429'],
  ])('that %s is tried again', async (_, misbehave, code) => {
    setBehaviour(misbehave);
    await define('web', receiver.webhook);
    await publish({ MUG: 1 });
    await arrived(2);
    expect(service.webhooks.report('web')!.lastFailure).toMatchObject({ code });
  });

  function setBehaviour(misbehave: (response: Parameters<Receiver['behave']>[1]) => void): void {
    receiver.behave = (_, response) => misbehave(response);
  }

  it('that sends a body without end is cut off, and has taken the message', async () => {
    let written = 0;
    receiver.behave = (_, response) => {
      response.writeHead(200);
      const flood = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384))) written += 16_384;
      };
      response.on('drain', flood);
      flood();
    };
    await define('web', receiver.webhook);
    await publish({ MUG: 1 });
    await until(() => service.webhooks.report('web')!.lastTakenAt !== undefined, 'the message to be taken');
    expect(written).toBeLessThan(16 * 1024 * 1024);
    expect(receiver.received).toHaveLength(1);
  });

  it('that is not there is no trouble for the others', async () => {
    const other = await openOther();
    const { webhook } = receiver;
    await receiver.close();
    await define('web', webhook);
    await define('shop', other.webhook);
    for (let index = 0; index < 20; index++) {
      await publish({ [`S${index}`]: 1 });
      await publish({ [`S${index}`]: 1 }, 'shop');
    }
    await arrived(20, other);
    expect(service.webhooks.report('web')).toMatchObject({
      state: 'failing',
      lastFailure: { code: 'ECONNREFUSED' },
    });
  });

  it('that hangs is no trouble for the others, and holds no more than its own few messages', async () => {
    const other = await openOther();
    receiver.behave = () => undefined;
    await define('web', receiver.webhook);
    await define('shop', other.webhook);
    await publish(Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`S${index}`, 1])));
    await arrived(8);
    const told: number[] = [];
    for (let index = 0; index < 20; index++) {
      const at = Date.now();
      await publish({ [`S${index}`]: 1 }, 'shop');
      await arrived(index + 1, other);
      told.push(Date.now() - at);
    }
    expect(told.sort((a, b) => a - b)[10]).toBeLessThan(100);
    expect(receiver.received).toHaveLength(8);
  });
});

describe('set-up', () => {
  it('counts at once: another URL and secret get what comes, and what waited', async () => {
    receiver.behave = (_, response) => response.writeHead(500).end();
    await define('web', receiver.webhook);
    await publish({ MUG: 1 });
    await arrived(1);
    const other = await openOther('whsec_AAAA9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    await define('web', other.webhook);
    await publish({ CUP: 2 });
    await arrived(2, other);
    const before = receiver.received.length;

    expect(other.picture).toEqual({ MUG: 1, CUP: 2 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(receiver.received).toHaveLength(before);
  });

  it('ends it at once', async () => {
    await define('web', receiver.webhook);
    await publish({ MUG: 1 });
    await arrived(1);
    await define('web');
    await publish({ MUG: 2 });
    await new Promise((resolve) => setTimeout(resolve, 50));

    expect(receiver.received).toHaveLength(1);
    expect(service.webhooks.reports()).toEqual([]);
  });

  it('that changes nothing of the webhook leaves it alone', async () => {
    await define('web', receiver.webhook);
    await publish({ MUG: 1 });
    await arrived(1);
    await define('web', receiver.webhook);
    await publish({ MUG: 2 });
    await arrived(2);
    expect(receiver.received.map(({ data }) => data!.available)).toEqual([1, 2]);
  });
});

describe('where private addresses are not let through', () => {
  it.each([
    ['plain http', (port: number) => `http://127.0.0.1:${port}/`, 'WEBHOOK_URL_FORBIDDEN'],
    ['a name that resolves to this machine', () => 'https://rebound.example/', 'URL_NOT_ALLOWED'],
  ])('%s gets nothing, whatever was set up before', async (_, urlOf, code) => {
    await service.stop();
    service = await Service.start({
      allowPrivate: false,
      lookup: (_host, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    });
    await define('web', { url: urlOf(receiver.port), secret: 'x' });
    await publish({ MUG: 1 });
    await until(() => state() === 'degraded', 'the try to fail');

    expect(service.webhooks.report('web')!.lastFailure).toMatchObject({ code });
    expect(receiver.received).toHaveLength(0);
  });

  it('an answer that mixes public and private addresses is refused whole', async () => {
    await service.stop();
    const found = [
      { address: '93.184.216.34', family: 4 },
      { address: '::ffff:10.0.0.1', family: 6 },
    ];
    service = await Service.start({
      allowPrivate: false,
      lookup: (_host, _options, done) => done(null, found),
    });
    await define('web', { url: 'https://mixed.example/', secret: 'x' });
    await publish({ MUG: 1 });
    await until(() => state() === 'degraded', 'the try to fail');
    expect(service.webhooks.report('web')!.lastFailure).toMatchObject({ code: 'URL_NOT_ALLOWED' });
  });
});

describe('after a restart', () => {
  it('goes on behind what was told', async () => {
    await define('web', receiver.webhook);
    await publish({ MUG: 1, CUP: 1 });
    await arrived(2);
    await service.stop();
    await publish({ MUG: 2 });
    service = await Service.start();
    await arrived(3);
    await publish({ CUP: 2 });
    await arrived(4);

    expect(receiver.received.map(({ data }) => `${data!.listing}=${data!.available}`).slice(2)).toEqual([
      'MUG=2',
      'CUP=2',
    ]);
  });

  it('tells again what was not taken, and not the rest', async () => {
    receiver.behave = ({ data }, response) => response.writeHead(data!.listing === 'BAD' ? 400 : 200).end();
    await define('web', receiver.webhook);
    await publish({ BAD: 1, CUP: 1 });
    await stage.changeOrder('web', '1001', 'open');
    await publish({ MUG: 1 });
    await until(() => new Set(Object.keys(receiver.picture)).size === 4, 'all to be tried');
    await until(() => service.webhooks.report('web')!.underway === 0, 'the answers');
    await service.stop();
    const before = receiver.received.length;
    receiver.behave = (_, response) => response.end();
    service = await Service.start();
    await arrived(before + 1);
    await new Promise((resolve) => setTimeout(resolve, 50));

    expect(receiver.received.slice(before).map(({ data }) => data!.listing)).toEqual(['BAD']);
    const id = (index: number): string => receiver.received[index]!.headers['webhook-id']!;
    expect(receiver.received.slice(0, before).map((_, index) => id(index))).toContain(id(before));
  });

  it('repeats under the same ids what had no receipt, and loses nothing', async () => {
    await define('web', receiver.webhook);
    await publish({ MUG: 1, CUP: 1 });
    await arrived(2);
    service.kill();
    await publish({ PEN: 1 });
    service = await Service.start();
    await arrived(5);

    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids.slice(2).sort()).toEqual(expect.arrayContaining(ids.slice(0, 2)));
    expect(receiver.picture).toEqual({ MUG: 1, CUP: 1, PEN: 1 });
  });
});

describe('the ledger of what was told', () => {
  it('holds what each listing should say, what went out, and what was taken', async () => {
    receiver.behave = ({ data }, response) => response.writeHead(data!.listing === 'BAD' ? 400 : 200).end();
    await define('web', receiver.webhook);
    const version = await publish({ BAD: 1, CUP: 1 });
    await arrived(3);
    await until(() => service.webhooks.report('web')!.waiting === 0, 'nothing to wait');
    await service.receipts.flush();
    await stage.project();
    const stale = await publish({ NEW: 5 });

    const [bad, cup, fresh] = service.told.publications('web', stage.numbers, { limit: 10 });
    expect(bad).toMatchObject({
      desired: { listing: 'BAD', version },
      sent: { version, via: 'webhook' },
      refused: { version, code: 'HTTP_400' },
      staleSince: expect.any(Number),
    });
    expect(bad).not.toHaveProperty('acknowledged');
    expect(cup).toMatchObject({
      desired: { listing: 'CUP' },
      acknowledged: { version, at: expect.any(Number) },
    });
    expect(cup).not.toHaveProperty('staleSince');
    expect(fresh).toMatchObject({
      desired: { listing: 'NEW', version: stale },
      staleSince: expect.any(Number),
    });
    expect(service.told.publications('web', stage.numbers, { after: 'BAD', limit: 1 })).toHaveLength(1);
  });

  it('knows what a feed was handed', async () => {
    await define('web');
    const version = await publish({ MUG: 1 });
    service.receipts.handedOut('web', version);
    await service.receipts.flush();
    await stage.project();
    const later = await publish({ CUP: 1 });

    const [cup, mug] = service.told.publications('web', stage.numbers, { limit: 10 });
    expect(mug).toMatchObject({ desired: { version }, sent: { version, via: 'feed' } });
    expect(mug).not.toHaveProperty('staleSince');
    expect(cup).toMatchObject({ desired: { version: later }, staleSince: expect.any(Number) });
    expect(cup).not.toHaveProperty('sent');
  });
});
