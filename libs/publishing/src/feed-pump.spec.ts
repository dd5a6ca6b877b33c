import { jest } from '@jest/globals';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { isRejection } from '#inventory';
import { until } from '../../kernel/testing/until.ts';
import { Stage } from '../testing/stage.ts';
import { FeedPump, HEARTBEAT_EVERY_MS } from './feed-pump.ts';
import type { Feed } from './feed.ts';
import { Hub } from './hub.ts';

let stage: Stage;
let hub: Hub;
let pump: FeedPump;

beforeEach(async () => {
  stage = await Stage.open();
  hub = new Hub({ ...stage, position: 0 });
  stage.folds.push(hub);
  pump = new FeedPump();
});

afterEach(async () => {
  pump.close();
  hub.close();
  await stage.close();
});

async function open(): Promise<Feed> {
  const feed = await hub.open('web', 'now');
  if (isRejection(feed)) throw new Error(feed.code);
  return feed;
}

/** The data of the events in what was written. */
const eventsIn = (text: string): { listing: string; available: number }[] =>
  [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data!));

describe('a feed pump', () => {
  it('writes each event as soon as it is there, in the format of server-sent events', async () => {
    const out = new PassThrough({ encoding: 'utf8' });
    const running = pump.run(await open(), out);
    expect(pump.size).toBe(1);
    await stage.publish('web', { MUG: 1 });
    const [text] = (await once(out, 'data')) as [string];

    expect(text).toMatch(/^id: [\w-]+\nevent: availability\.changed\ndata: \{.*\}\n\n$/);
    expect(eventsIn(text)).toEqual([expect.objectContaining({ listing: 'MUG', available: 1 })]);
    out.destroy();
    await running;
    expect(pump.size).toBe(0);
  });

  it('buffers little for a client that reads nothing, and then sends it the newest numbers', async () => {
    const out = new PassThrough({
      encoding: 'utf8',
      writableHighWaterMark: 1_000,
      readableHighWaterMark: 1_000,
    });
    const running = pump.run(await open(), out);
    for (let round = 1; round <= 500; round++) await stage.publish('web', { MUG: round, CUP: -round });
    expect(out.writableLength + out.readableLength).toBeLessThan(20_000);

    let text = '';
    out.on('data', (part: string) => (text += part));
    const newest = (): object =>
      Object.fromEntries(eventsIn(text).map(({ listing, available }) => [listing, available]));
    await until(() => isDeepStrictEqual(newest(), { MUG: 500, CUP: -500 }), 'the newest numbers');
    expect(eventsIn(text).length).toBeLessThan(100);
    out.destroy();
    await running;
  });

  it('keeps no place for a client that has left before its feed begins', async () => {
    const out = new PassThrough();
    out.destroy();
    await once(out, 'close');
    const running = pump.run(await open(), out);
    await until(() => pump.size === 0, 'its place given back');
    await running;
  });

  it('lets others have their turn while it sends very much to a fast client', async () => {
    const listings = Array.from({ length: 2_000 }, (_, index) => [`MUG-${index}`, index + 1]);
    await stage.publish('web', Object.fromEntries(listings) as Record<string, number>);
    const all = await hub.open('web', 'all');
    if (isRejection(all)) throw new Error(all.code);
    const out = new PassThrough({ encoding: 'utf8' });
    let told = 0;
    let turns = 0;
    out.on('data', (text: string) => (told += eventsIn(text).length));
    const running = pump.run(all, out);
    const others = (): void => {
      turns++;
      if (told < listings.length) setImmediate(others);
    };
    others();
    await until(() => told === listings.length, 'every listing');
    expect(turns).toBeGreaterThan(20);
    out.destroy();
    await running;
  });

  it('ends every response when the service stops', async () => {
    const out = new PassThrough();
    const running = pump.run(await open(), out);
    pump.close();
    await running;
    expect(out.writableEnded).toBe(true);
  });

  it('ends the response of a client whose key was revoked, before it sends more', async () => {
    const out = new PassThrough({ encoding: 'utf8' });
    let isAdmitted = true;
    const running = pump.run(await open(), out, () => isAdmitted);
    await stage.publish('web', { MUG: 1 });
    const [text] = (await once(out, 'data')) as [string];
    expect(eventsIn(text)).toMatchObject([{ available: 1 }]);
    isAdmitted = false;
    await stage.publish('web', { MUG: 2 });
    await running;
    expect([out.writableEnded, out.read()]).toEqual([true, null]);
  });

  it('ends such a response with the next heartbeat where nothing is to be sent', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'performance'] });
    try {
      const beating = new FeedPump();
      const out = new PassThrough({ encoding: 'utf8' });
      let isAdmitted = true;
      const running = beating.run(await open(), out, () => isAdmitted);
      jest.advanceTimersByTime(HEARTBEAT_EVERY_MS);
      expect([out.writableEnded, out.read()]).toEqual([false, ': \n\n']);
      isAdmitted = false;
      jest.advanceTimersByTime(HEARTBEAT_EVERY_MS);
      await running;
      expect([out.writableEnded, out.read()]).toEqual([true, null]);
      beating.close();
    } finally {
      jest.useRealTimers();
    }
  });

  it('ends the response when the store does not answer, so that the client resumes', async () => {
    const out = new PassThrough();
    stage.ordersFail = true;
    const ended = expect(pump.run(await open(), out)).rejects.toThrow('not now');
    await stage.changeOrder('web', '1001', 'open');
    await stage.project();
    await ended;
    expect(out.writableEnded).toBe(true);
  });
});
