import { APPEND_EVENTS_MAX, AppendTooLarge, type EventStore, NO_STREAM } from '../src/index.ts';
import { happened, happenedTimes, newStream } from './examples.ts';
import { keepOpen, type OpenEventStore } from './store-under-test.ts';

export function appendManyContract(open: OpenEventStore): void {
  describe('appendMany', () => {
    let store: EventStore;

    keepOpen(open, (opened) => (store = opened));

    const idsOf = async (stream: string): Promise<string[]> =>
      (await store.readStream(stream)).map(({ id }) => id);

    it('writes to each stream and answers in the order of the appends', async () => {
      const appends = Array.from({ length: 40 }, (_, number) => ({
        stream: newStream('item'),
        expectedRevision: NO_STREAM,
        events: happenedTimes(1 + (number % 3)),
      }));
      const outcomes = await store.appendMany(appends);

      expect(outcomes.map(({ outcome }) => outcome)).toEqual(appends.map(() => 'written'));
      for (const [index, { stream, events }] of appends.entries()) {
        const stored = await store.readStream(stream);
        expect(stored.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
        expect(outcomes[index]).toMatchObject({
          revision: events.length - 1,
          positions: stored.map(({ position }) => position),
          recordedAt: stored.at(-1)!.recordedAt,
        });
      }
    });

    it('answers an empty list to no appends', async () => {
      expect(await store.appendMany([])).toEqual([]);
    });

    it('writes the others where one is a conflict', async () => {
      const taken = newStream('item');
      await store.append(taken, NO_STREAM, happenedTimes(2));
      const [before, after] = [newStream('item'), newStream('item')];
      const outcomes = await store.appendMany(
        [before, taken, after].map((stream) => ({
          stream,
          expectedRevision: NO_STREAM,
          events: [happened()],
        })),
      );

      expect(outcomes.map(({ outcome }) => outcome)).toEqual(['written', 'conflict', 'written']);
      expect(outcomes[1]).toEqual({ outcome: 'conflict', actualRevision: 1 });
      for (const stream of [before, after]) expect(await idsOf(stream)).toHaveLength(1);
      expect(await idsOf(taken)).toHaveLength(2);
    });

    it('takes several appends to one stream in their order', async () => {
      const stream = newStream('item');
      const chain = Array.from({ length: 20 }, (_, index) => ({
        stream,
        expectedRevision: index - 1,
        events: [happened({ index })],
      }));
      const outcomes = await store.appendMany(chain);

      expect(outcomes.map(({ outcome }) => outcome)).toEqual(chain.map(() => 'written'));
      expect(await idsOf(stream)).toEqual(chain.map(({ events }) => events[0]!.id));
    });

    it('gives the first answers again to the same appends, also beside new ones', async () => {
      const appends = [1, 2, 3].map((count) => ({
        stream: newStream('item'),
        expectedRevision: NO_STREAM,
        events: happenedTimes(count),
      }));
      const first = await store.appendMany(appends.slice(0, 2));
      const again = await store.appendMany(appends);

      expect(again.slice(0, 2)).toEqual(first);
      expect(again[2]).toMatchObject({ outcome: 'written', revision: 2 });
      for (const { stream, events } of appends) expect(await idsOf(stream)).toHaveLength(events.length);
    });

    it('throws if one of them is too large, even the last', async () => {
      const small = { stream: newStream('item'), expectedRevision: NO_STREAM, events: [happened()] };
      const large = {
        stream: newStream('item'),
        expectedRevision: NO_STREAM,
        events: happenedTimes(APPEND_EVENTS_MAX + 1),
      };

      await expect(store.appendMany([small, large])).rejects.toThrow(AppendTooLarge);
      expect(await idsOf(large.stream)).toEqual([]);
      expect(await store.appendMany([small])).toMatchObject([{ outcome: 'written', revision: 0 }]);
    });
  });
}
