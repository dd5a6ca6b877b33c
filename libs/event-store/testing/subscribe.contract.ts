import { type EventStore, type LogPage, NO_STREAM } from '../src/index.ts';
import { follow, happened, happenedTimes, newStream, readToEnd } from './examples.ts';
import { keepOpen, type OpenEventStore } from './store-under-test.ts';

export function subscribeContract(open: OpenEventStore): void {
  describe('subscribe', () => {
    let store: EventStore;
    let after: number;

    const reopen = keepOpen(open, (opened) => (store = opened));
    beforeEach(async () => {
      after = await store.head();
    });

    it('gives the past, then what comes', async () => {
      const [past, coming] = [happenedTimes(3), happenedTimes(3)];
      const stream = newStream('item');
      await store.append(stream, NO_STREAM, past);
      const seen = follow(store, { after }, (events) => events.length >= 6);
      await store.append(stream, 2, coming);

      expect((await seen).map(({ id }) => id)).toEqual([...past, ...coming].map(({ id }) => id));
    });

    it('misses nothing and repeats nothing while many append', async () => {
      const WRITERS = 8;
      const APPENDS = 60;
      const write = async (): Promise<void> => {
        const stream = newStream('item');
        for (let index = 0; index < APPENDS; index++) {
          await store.append(stream, index * 2 - 1, happenedTimes(2));
        }
      };
      const total = WRITERS * APPENDS * 2;
      const early = follow(store, { after }, (events) => events.length >= total);
      const writing = Promise.all(Array.from({ length: WRITERS }, write));
      await store.append(newStream('other'), NO_STREAM, happenedTimes(1));
      const late = follow(store, { after }, (events) => events.length >= total + 1);
      await writing;
      await store.append(newStream('other'), NO_STREAM, happenedTimes(1));

      const whole = await readToEnd(store, { after });
      expect(whole).toHaveLength(total + 2);
      expect(await late).toEqual(whole.slice(0, (await late).length));
      expect(await early).toEqual(whole.slice(0, (await early).length));
    });

    it('shows what a reader of the file would see, also to who follows closely', async () => {
      const seen = follow(store, { after }, (events) => events.length >= 4);
      const stream = newStream('item');
      await store.append(stream, NO_STREAM, [happened({ a: [{ b: 1 }] }), happened({ text: 'é🍵' })]);
      await store.append(stream, 1, happenedTimes(2));
      const live = await seen;
      await reopen();

      expect(live).toEqual(await readToEnd(store, { after }));
    });

    it('says how far it has come when only other categories were written', async () => {
      const stop = new AbortController();
      const pages: LogPage[] = [];
      const following = (async () => {
        for await (const page of store.subscribe({ after, categories: ['order'] }, stop.signal)) {
          pages.push(page);
          if (page.events.length > 0) stop.abort();
        }
      })();
      await store.append(newStream('item'), NO_STREAM, happenedTimes(5));
      const order = newStream('order');
      await store.append(order, NO_STREAM, happenedTimes(1));
      await following;

      const events = pages.flatMap((page) => page.events);
      expect(events.map(({ stream }) => stream)).toEqual([order]);
      const positions = pages.map(({ position }) => position);
      expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
      expect(positions.at(-1)).toBeGreaterThanOrEqual(events[0]!.position);
    });

    it('lets others have their turn while a reader goes through a long past', async () => {
      for (let number = 0; number < 3; number++) {
        await store.append(newStream('item'), NO_STREAM, happenedTimes(1_000));
      }
      let turns = 0;
      const count = (): void => {
        turns++;
        next = setImmediate(count);
      };
      let next = setImmediate(count);
      await follow(store, { after }, (events) => events.length >= 3_000);
      clearImmediate(next);

      expect(turns).toBeGreaterThan(0);
    });

    it('ends when it is aborted, also while it waits', async () => {
      const stop = new AbortController();
      const following = (async () => {
        let pages = 0;
        for await (const page of store.subscribe({ after: await store.head() }, stop.signal)) {
          pages += page.events.length;
        }
        return pages;
      })();
      await new Promise((resolve) => setTimeout(resolve, 20));
      stop.abort();

      expect(await following).toBe(0);
    });

    it('ends when it is aborted at whatever moment it looks for the next page', async () => {
      for (let microtasks = 0; microtasks < 12; microtasks++) {
        const stop = new AbortController();
        const pages = store.subscribe({ after: await store.head() }, stop.signal)[Symbol.asyncIterator]();
        const next = pages.next();
        for (let turn = 0; turn < microtasks; turn++) await Promise.resolve();
        stop.abort();

        expect(await next).toMatchObject({ done: true });
      }
    });

    it('never begins when it was aborted before', async () => {
      await store.append(newStream('item'), NO_STREAM, happenedTimes(1));
      const seen: LogPage[] = [];
      for await (const page of store.subscribe({ after }, AbortSignal.abort())) seen.push(page);

      expect(seen).toEqual([]);
    });

    it('lets a slow reader come late', async () => {
      const stop = new AbortController();
      const stream = newStream('item');
      await store.append(stream, NO_STREAM, happenedTimes(1));
      const ids: string[] = [];
      let revision = 0;
      for await (const page of store.subscribe({ after }, stop.signal)) {
        ids.push(...page.events.map(({ id }) => id));
        if (revision < 40) {
          await store.append(stream, revision, happenedTimes(10));
          revision += 10;
        } else if (ids.length === 41) break;
      }
      stop.abort();

      expect(ids).toEqual((await store.readStream(stream)).map(({ id }) => id));
    });
  });
}
