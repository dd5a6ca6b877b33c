import { isRejection } from '#inventory';
import { Stage } from '../testing/stage.ts';
import type { Feed } from './feed.ts';
import type { Span } from './hand-out.ts';
import { Hub, type FeedStart } from './hub.ts';
import { endOf, toCursor } from './place.ts';
import { RING_CHANGES_MAX } from './ring.ts';

const LIMIT = 100;
let stage: Stage;
let hub: Hub;
/** What feeds said of what they had handed out. */
const spans: Span[] = [];

beforeEach(async () => {
  stage = await Stage.open();
  hub = openHub();
});

afterEach(async () => {
  hub.close();
  await stage.close();
});

function openHub(): Hub {
  const made = new Hub({
    store: stage.store,
    numbers: stage.numbers,
    orders: stage.orders,
    position: stage.position,
    onHandedOut: (_, span) => spans.push(span),
  });
  stage.folds.splice(1, 1, made);
  return made;
}

/** The service ends and begins again: nothing of the feeds is in memory any more. */
function restart(): void {
  hub.close();
  hub = openHub();
}

async function open(from: FeedStart): Promise<Feed> {
  const feed = await hub.open('web', from);
  if (isRejection(feed)) throw new Error(feed.code);
  return feed;
}

/** Everything there is now, as short words. */
async function read(feed: Feed, limit = LIMIT): Promise<string[]> {
  const words: string[] = [];
  for (;;) {
    const events = await feed.next(limit);
    if (events.length === 0) return words;
    for (const { data } of events) words.push(wordOf(JSON.parse(data)));
  }
}

const wordOf = (data: { listing?: string; available?: number; orderId?: string; status?: string }): string =>
  data.listing === undefined ? `${data.orderId} ${data.status}` : `${data.listing}=${data.available}`;

describe('a feed', () => {
  it('from now on begins with the next change', async () => {
    await stage.publish('web', { MUG: 1 });
    const feed = await open('now');
    await stage.publish('web', { MUG: 2 });

    expect(await read(feed)).toEqual(['MUG=2']);
    expect(await read(feed)).toEqual([]);
  });

  it('lists numbers only after the lists were prepared', async () => {
    await stage.publish('web', { MUG: 1, CUP: 2 });
    restart();
    const feed = await open('all');
    expect(stage.numbers.isPrepared).toBe(false);
    expect(await read(feed)).toEqual(['CUP=2', 'MUG=1']);
    expect(stage.numbers.isPrepared).toBe(true);
  });

  it('from the beginning has every listing once, then each change; orders only from now on', async () => {
    await stage.publish('web', { MUG: 1, CUP: 2 });
    await stage.changeOrder('web', '1001', 'open');
    await stage.publish('web', { MUG: 3 });
    const feed = await open('all');
    expect(await read(feed)).toEqual(['CUP=2', 'MUG=3']);

    await stage.changeOrder('web', '1001', 'shipped');
    await stage.publish('web', { CUP: 1 });
    expect(await read(feed)).toEqual(['1001 shipped', 'CUP=1']);
  });

  it('has the number as over HTTP, in the format of server-sent events', async () => {
    const version = await stage.publish('web', { MUG: 4 });
    const [event] = await (await open('all')).next(LIMIT);

    expect(event).toMatchObject({ type: 'availability.changed', version });
    expect(JSON.parse(event!.data)).toEqual({
      channel: 'web',
      listing: 'MUG',
      sku: 'MUG',
      available: 4,
      version,
      recordedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      reason: 'receipt',
    });
    expect(event!.frame).toBe(`id: ${event!.cursor}\nevent: availability.changed\ndata: ${event!.data}\n\n`);
  });

  it('has an order with the position of its newest event as version', async () => {
    const feed = await open('now');
    const version = await stage.changeOrder('web', 'A:1 ü', 'open');
    await stage.project();
    const [event] = await feed.next(LIMIT);

    expect(event).toMatchObject({ type: 'order.updated', version });
    expect(JSON.parse(event!.data)).toEqual({ orderId: 'A:1 ü', channel: 'web', status: 'open', version });
  });

  it('hears nothing of another channel, even of one whose name begins alike', async () => {
    const feed = await open('now');
    await stage.changeOrder('web-2', '7', 'open');
    await stage.publish('web-2', { MUG: 1 });

    expect(await read(feed)).toEqual([]);
    restart();
    expect(await read(await open({ cursor: toCursor('web', endOf(0)) }))).toEqual([]);
  });

  it('leaves out what was overtaken before it was read', async () => {
    const feed = await open('now');
    await stage.publish('web', { MUG: 1, CUP: 1 });
    await stage.publish('web', { MUG: 2 });
    await stage.changeOrder('web', '1001', 'open');
    await stage.changeOrder('web', '1001', 'shipped');
    await stage.project();

    expect(await read(feed)).toEqual(['CUP=1', 'MUG=2', '1001 shipped']);
  });

  it('leaves out an order that the log has newer, until the hub has seen that', async () => {
    const feed = await open('now');
    await stage.changeOrder('web', '1001', 'open');
    await stage.project();
    await stage.changeOrder('web', '1001', 'shipped');
    expect(await read(feed)).toEqual([]);

    await stage.project();
    expect(await read(feed)).toEqual(['1001 shipped']);
  });

  it('wakes its reader, also for what came between the last read and the wait', async () => {
    const feed = await open('now');
    const never = new AbortController().signal;
    expect(await feed.next(LIMIT)).toEqual([]);
    const woken = feed.more(never);
    await stage.publish('web', { MUG: 1 });
    expect(await woken).toBe(true);

    expect(await read(feed)).toEqual(['MUG=1']);
    await stage.publish('web', { MUG: 2 });
    expect(await feed.more(never)).toBe(true);
  });

  it('lets a reader go that gives up', async () => {
    const feed = await open('now');
    expect(await feed.next(LIMIT)).toEqual([]);
    const gone = new AbortController();
    const waiting = feed.more(gone.signal);
    gone.abort();
    expect(await waiting).toBe(false);
    expect(await feed.more(gone.signal)).toBe(false);
  });

  it('makes each event once for all readers', async () => {
    const [one, other] = [await open('now'), await open('now')];
    await stage.changeOrder('web', '1001', 'open');
    await stage.publish('web', { MUG: 1 });
    const events = await one.next(LIMIT);

    expect(events).toHaveLength(2);
    const same = await other.next(LIMIT);
    events.forEach((event, index) => expect(same[index]).toBe(event));
  });

  it('goes on at its cursor after the store did not answer', async () => {
    const feed = await open('now');
    await stage.publish('web', { MUG: 1 });
    await stage.changeOrder('web', '1001', 'open');
    await stage.project();
    stage.ordersFail = true;
    await expect(feed.next(LIMIT)).rejects.toThrow('not now');

    stage.ordersFail = false;
    expect(await read(await open({ cursor: feed.cursor }))).toEqual(['MUG=1', '1001 open']);
  });

  it('reports what it has handed out: from where it began, and an event only with all of its numbers', async () => {
    await stage.publish('web', { OLD: 1 });
    const began = stage.position;
    const feed = await open('now');
    const version = await stage.publish('web', { CUP: 1, MUG: 1 });
    await feed.next(1);
    expect(spans.at(-1)).toEqual({ from: began, through: version - 1 });
    await feed.next(1);
    await feed.next(1);
    expect(spans.at(-1)).toEqual({ from: began, through: version });
    await read(await open('all'));
    expect(spans.at(-1)).toEqual({ from: 0, through: version });
  });

  it('has a hub whose position is that of the newest event it has taken', async () => {
    expect(hub.position).toBe(0);
    const position = await stage.publish('web', { MUG: 1 });
    expect(hub.position).toBe(position);
  });
});

describe('a cursor', () => {
  const numbers = { A: 1, B: 1, C: 1, D: 1, '\u{1f600}': 1, '\uffee': 1 };
  const inOrder = ['A=1', 'B=1', 'C=1', 'D=1', '\uffee=1', '\u{1f600}=1'];

  it.each(['in memory', 'after a restart'])('resumes in the middle of one version, %s', async (when) => {
    await stage.publish('web', numbers);
    for (let taken = 1; taken < inOrder.length; taken++) {
      const feed = await open({ cursor: toCursor('web', endOf(0)) });
      await feed.next(taken);
      if (when === 'after a restart') restart();
      expect(await read(await open({ cursor: feed.cursor }))).toEqual(inOrder.slice(taken));
    }
  });

  it('resumes in the middle of every listing once, without the orders of before', async () => {
    await stage.changeOrder('web', '1001', 'open');
    await stage.publish('web', numbers);
    const feed = await open('all');
    const events = await feed.next(3);
    expect(events.length).toBeGreaterThan(0);
    restart();

    const resumed = await open({ cursor: events.at(-1)!.cursor });
    expect(await read(resumed)).toEqual(inOrder.slice(events.length));
    await stage.changeOrder('web', '1002', 'open');
    await stage.project();
    expect(await read(resumed)).toEqual(['1002 open']);
  });

  it('is there before the first event', async () => {
    const feed = await open('now');
    await stage.publish('web', { MUG: 1 });
    expect(await read(await open({ cursor: feed.cursor }))).toEqual(['MUG=1']);
  });

  it('may be older than memory: numbers come from the index, orders from the log, in one order', async () => {
    const feed = await open('now');
    const listings = Array.from({ length: RING_CHANGES_MAX + 10 }, (_, index) => `S${index}`);
    const orders = ['1', '1000', '2000', '3000', '4000'];
    for (const [index, orderId] of orders.entries()) {
      await stage.changeOrder('web', orderId, 'open');
      const part = listings.slice(index * 1_000, (index + 1) * 1_000);
      const set = part.map((listing) => ({ channel: 'web', numbers: { [listing]: index } }));
      await stage.appendAll('item-spec', 'NumbersSet', set);
    }
    await stage.project();

    const words = await read(feed, 70);
    expect(words.filter((word) => word.startsWith('S')).map((word) => word.split('=')[0])).toEqual(listings);
    expect(words.filter((word) => !word.startsWith('S'))).toEqual(orders.map((id) => `${id} open`));
    expect(words.indexOf('1000 open') + 1).toBe(words.indexOf('S1000=1'));
  });

  it('may stand before one event that changed more than memory holds', async () => {
    const feed = await open('now');
    const many = Object.fromEntries(
      Array.from({ length: RING_CHANGES_MAX + 5 }, (_, index) => [`S${index}`, 1]),
    );
    await stage.publish('web', many);
    await stage.publish('web', { LAST: 1 });

    const words = await read(feed, 500);
    expect(words).toHaveLength(RING_CHANGES_MAX + 6);
    expect(new Set(words).size).toBe(words.length);
    expect(words.at(-1)).toBe('LAST=1');
  });

  it('is refused if it is nonsense, another channel’s, or of a longer log', async () => {
    await stage.publish('web', { MUG: 1 });
    const refused = { code: 'CURSOR_INVALID' };
    expect(await hub.open('web', { cursor: 'nonsense' })).toMatchObject(refused);
    expect(await hub.open('web', { cursor: toCursor('shop', endOf(1)) })).toMatchObject(refused);
    expect(await hub.open('web', { cursor: toCursor('web', endOf(2)) })).toMatchObject(refused);
  });

  it('waits while the picture is behind what the client has seen', async () => {
    await stage.setNumbers('web', { MUG: 1 });
    const position = await stage.setNumbers('web', { CUP: 1 });
    const feed = await open({ cursor: toCursor('web', { position, kind: 0, id: 'CUP' }) });
    expect(await feed.next(LIMIT)).toEqual([]);

    await stage.project();
    expect(await read(feed)).toEqual([]);
    await stage.publish('web', { MUG: 2 });
    expect(await read(feed)).toEqual(['MUG=2']);
  });
});
