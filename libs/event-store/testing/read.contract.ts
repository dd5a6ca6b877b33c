import { type EventStore, NO_STREAM, pagesOf, READ_EVENTS_MAX } from '../src/index.ts';
import { happened, happenedTimes, newStream, readToEnd } from './examples.ts';
import { keepOpen, type OpenEventStore } from './store-under-test.ts';

const UNICODE = { ключ: 'naïve 日本 🍵 \u0000 \u2028 \ud83c', nested: { list: [1, -0.5, null, true, ''] } };

export function readContract(open: OpenEventStore): void {
  describe('reading', () => {
    let store: EventStore;

    const reopen = keepOpen(open, (opened) => (store = opened));

    describe('readStream', () => {
      it('is empty for a stream that does not exist', async () => {
        expect(await store.readStream(newStream('item'))).toEqual([]);
      });

      it('pages through a stream, oldest first', async () => {
        const stream = newStream('item');
        const events = happenedTimes(READ_EVENTS_MAX + 7);
        await store.append(stream, NO_STREAM, events);

        const first = await store.readStream(stream);
        const second = await store.readStream(stream, { fromRevision: READ_EVENTS_MAX });
        expect(first).toHaveLength(READ_EVENTS_MAX);
        expect([...first, ...second].map(({ id }) => id)).toEqual(events.map(({ id }) => id));
        expect(
          (await store.readStream(stream, { fromRevision: 3, limit: 2 })).map((e) => e.revision),
        ).toEqual([3, 4]);
        expect(await store.readStream(stream, { fromRevision: events.length })).toEqual([]);
      });

      it.each([
        [0, [READ_EVENTS_MAX, 7]],
        [7, [READ_EVENTS_MAX]],
        [READ_EVENTS_MAX + 7, []],
      ])('is read from revision %p to its end, in pages of %p', async (fromRevision, lengths) => {
        const stream = newStream('item');
        await store.append(stream, NO_STREAM, happenedTimes(READ_EVENTS_MAX + 7));

        const pages = [];
        for await (const page of pagesOf(store, stream, fromRevision)) pages.push(page);
        expect(pages.map((page) => page.length)).toEqual(lengths);
        expect(pages.flat()[0]?.revision).toBe(lengths[0] && fromRevision);
      });

      it('gives back every field of an event', async () => {
        const stream = `item-ÄÖ ${newStream('Tee 🍵')}`;
        const event = happened(UNICODE, 'TeaReceived');
        const before = Date.now();
        const written = await store.append(stream, NO_STREAM, [event]);
        const after = Date.now();
        const position = written.outcome === 'written' ? written.positions[0] : NaN;
        const recordedAt = written.outcome === 'written' ? written.recordedAt : NaN;

        const expected = { ...event, stream, revision: 0, position, recordedAt };
        expect(await store.readStream(stream)).toEqual([expected]);
        expect(await readToEnd(store, { after: position! - 1 })).toEqual([expected]);
        expect(await store.eventAt(position!)).toEqual(expected);
        expect(await store.eventAt(position! - 1)).not.toEqual(expected);
        await reopen();
        expect(await store.readStream(stream)).toEqual([expected]);
        // The server's clock may differ from ours.
        expect(recordedAt).toBeGreaterThan(before - 60_000);
        expect(recordedAt).toBeLessThan(after + 60_000);
      });
    });

    describe('readAll', () => {
      it('gives the log in order, page by page without gap or repeat', async () => {
        const after = await store.head();
        const streams = Array.from({ length: 7 }, () => newStream('item'));
        for (let round = 0; round < 3; round++) {
          await Promise.all(streams.map((stream) => store.append(stream, round * 2 - 1, happenedTimes(2))));
        }

        const whole = await readToEnd(store, { after });
        expect(whole).toHaveLength(42);
        expect(await readToEnd(store, { after, limit: 4 })).toEqual(whole);
        const positions = whole.map(({ position }) => position);
        expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
        expect(positions[0]).toBeGreaterThan(after);
        for (const stream of streams) {
          const own = whole.filter((event) => event.stream === stream);
          expect(own).toEqual(await store.readStream(stream));
        }
      });

      it('stands at the head when nothing is left', async () => {
        await store.append(newStream('item'), NO_STREAM, happenedTimes(3));
        const head = await store.head();

        expect(await store.readAll({ after: head })).toEqual({ events: [], position: head });
        expect(await store.readAll({ after: head, categories: ['item'] })).toEqual({
          events: [],
          position: head,
        });
        expect((await store.readAll({ after: head - 1 })).position).toBe(head);
      });

      it('leaves other categories out, and its position still moves past them', async () => {
        const after = await store.head();
        const [order, item, plain] = [newStream('order'), newStream('item'), `order${newStream('x')}`];
        await store.append(order, NO_STREAM, happenedTimes(2));
        await store.append(plain, NO_STREAM, happenedTimes(2));
        await store.append(item, NO_STREAM, happenedTimes(2));
        await store.append(order, 1, happenedTimes(1));
        await store.append(item, 1, happenedTimes(9));

        const streamsOf = async (...categories: string[]): Promise<string[]> =>
          (await readToEnd(store, { after, categories, limit: 2 })).map(({ stream }) => stream);
        expect(await streamsOf('order')).toEqual([order, order, order]);
        expect(await streamsOf('order', 'item')).toHaveLength(14);
        expect(await streamsOf('nothing')).toEqual([]);
        const { position } = await store.readAll({ after, categories: ['nothing'] });
        expect(position).toBeGreaterThan(after);
      });

      it('lets a stream without a dash be its own category', async () => {
        const after = await store.head();
        const category = `c${newStream('')}`.replaceAll('-', '');
        await store.append(category, NO_STREAM, happenedTimes(1));

        expect(await readToEnd(store, { after, categories: [category] })).toHaveLength(1);
      });

      it('finds everything again after it was opened again', async () => {
        const after = await store.head();
        await store.append(newStream('item'), NO_STREAM, happenedTimes(5));
        await store.append(newStream('order'), NO_STREAM, happenedTimes(5));
        const before = await readToEnd(store, { after });
        const head = await store.head();
        await reopen();

        expect(await readToEnd(store, { after })).toEqual(before);
        expect(await store.head()).toBe(head);
      });

      it('never lets recordedAt fall', async () => {
        const after = await store.head();
        for (let number = 0; number < 10; number++) {
          await store.append(newStream('item'), NO_STREAM, happenedTimes(1));
        }

        const times = (await readToEnd(store, { after })).map(({ recordedAt }) => recordedAt);
        expect(times).toHaveLength(10);
        expect(times).toEqual([...times].sort((a, b) => a - b));
      });
    });
  });
}
