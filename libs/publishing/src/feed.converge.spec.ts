import { setImmediate as turn } from 'node:timers/promises';
import { isRejection } from '#inventory';
import { Stage } from '../testing/stage.ts';
import type { Feed } from './feed.ts';
import { Hub } from './hub.ts';

const CHANNELS = ['web', 'web-2'] as const;
const LISTINGS = 40;
const ORDERS = 12;
const ROUNDS = 120;
/** So little in memory that readers are in it, before it, and on the seam. */
const RING_CHANGES = 12;
/** A restart forgets the ring, so that seams are crossed often. */
const RESTART_CHANCE = 0.03;

/** Numbers from a seed, the same on every machine (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** A client that reads a little, goes away in the middle, and resumes behind the last event it kept. */
class Client {
  readonly picture = new Map<string, { version: number; text: string }>();
  readonly #channel: string;
  #feed: Feed | undefined;
  #cursor: string | undefined;

  constructor(channel: string) {
    this.#channel = channel;
  }

  async read(hub: Hub, random: (below: number) => number): Promise<void> {
    this.#feed ??= await this.#open(hub);
    const events = await this.#feed.next(1 + random(9));
    const kept = random(4) === 0 ? random(events.length + 1) : events.length;
    for (const { data, cursor } of events.slice(0, kept)) {
      this.#keep(data);
      this.#cursor = cursor;
    }
    if (kept < events.length || random(10) === 0) this.#feed = undefined;
  }

  async readAll(hub: Hub): Promise<void> {
    this.#feed = await this.#open(hub);
    for (;;) {
      const events = await this.#feed.next(7);
      if (events.length === 0) return;
      for (const { data } of events) this.#keep(data);
    }
  }

  forgetFeed(): void {
    this.#feed = undefined;
  }

  #keep(data: string): void {
    const body = JSON.parse(data) as { channel: string; listing?: string; orderId?: string; version: number };
    expect(body.channel).toBe(this.#channel);
    const key = body.listing ?? `order ${body.orderId}`;
    const before = this.picture.get(key);
    // Never back; the same again only if the client itself forgot it.
    expect(body.version).toBeGreaterThan(before?.version ?? 0);
    this.picture.set(key, { version: body.version, text: data });
  }

  async #open(hub: Hub): Promise<Feed> {
    const feed = await hub.open(this.#channel, this.#cursor === undefined ? 'all' : { cursor: this.#cursor });
    if (isRejection(feed)) throw new Error(feed.code);
    this.#cursor = feed.cursor;
    return feed;
  }
}

/** The newest of each listing and order of a channel, straight from the log. */
async function newestInLog(stage: Stage, channel: string): Promise<Map<string, number>> {
  const newest = new Map<string, number>();
  const page = await stage.store.readAll({ after: 0, limit: 500 });
  for (
    let { events, position } = page;
    events.length > 0;
    { events, position } = await stage.store.readAll({ after: position })
  ) {
    for (const event of events) {
      const data = event.data as { channel?: string; numbers?: Record<string, number>; orderId?: string };
      if (event.type === 'NumbersSet' && data.channel === channel) {
        for (const listing of Object.keys(data.numbers ?? {})) newest.set(listing, event.position);
      } else if (event.stream.startsWith(`order-${channel}:`))
        newest.set(`order ${data.orderId}`, event.position);
    }
  }
  return newest;
}

async function change(stage: Stage, random: (below: number) => number): Promise<void> {
  const channel = CHANNELS[random(CHANNELS.length)]!;
  if (random(4) === 0) {
    await stage.changeOrder(channel, `${random(ORDERS)}`, `${random(1_000)}`);
  } else {
    const count = random(5) === 0 ? LISTINGS : 1 + random(3);
    const numbers: Record<string, number> = {};
    for (let index = 0; index < count; index++) numbers[`S${random(LISTINGS)}`] = random(1_000);
    await stage.setNumbers(channel, numbers);
  }
}

it.each([1, 2, 3, 4])(
  'clients that come and go while numbers change end with the newest picture, and never see a version go back (seed %i)',
  async (seed) => {
    const random = randomFrom(seed);
    const stage = await Stage.open();
    const openHub = (): Hub => {
      const made = new Hub({ ...stage, position: stage.position, ringChangesMax: RING_CHANGES });
      stage.folds.splice(1, 1, made);
      return made;
    };
    let hub = openHub();
    // They begin before the first change: what they end with is then all there is, orders too.
    const clients = Array.from({ length: 8 }, (_, index) => new Client(CHANNELS[index % CHANNELS.length]!));
    await Promise.all(clients.map((client) => client.read(hub, random)));

    for (let round = 0; round < ROUNDS; round++) {
      await change(stage, random);
      const projecting = random(3) > 0 ? stage.project() : turn();
      await Promise.all([projecting, ...clients.map((client) => client.read(hub, random))]);
      if (random(1_000) < RESTART_CHANCE * 1_000) {
        hub.close();
        hub = openHub();
        for (const client of clients) client.forgetFeed();
      }
    }
    await stage.project();
    for (const [index, client] of clients.entries()) {
      await client.readAll(hub);
      const versions = new Map([...client.picture].map(([key, { version }]) => [key, version]));
      expect(versions).toEqual(await newestInLog(stage, CHANNELS[index % CHANNELS.length]!));
      for (const [key, { text }] of client.picture) {
        const number = stage.numbers.number(CHANNELS[index % CHANNELS.length]!, key);
        if (number !== undefined) expect(JSON.parse(text)).toMatchObject({ version: number.version });
      }
    }
    hub.close();
    await stage.close();
  },
);
