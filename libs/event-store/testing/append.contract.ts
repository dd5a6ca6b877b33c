import {
  APPEND_BYTES_MAX,
  APPEND_EVENTS_MAX,
  AppendTooLarge,
  type EventStore,
  type NewEvent,
  NO_STREAM,
} from '../src/index.ts';
import { happened, happenedTimes, newStream, readToEnd } from './examples.ts';
import { keepOpen, type OpenEventStore } from './store-under-test.ts';

export function appendContract(open: OpenEventStore): void {
  describe('append', () => {
    let store: EventStore;
    let stream: string;

    const reopen = keepOpen(open, (opened) => (store = opened));
    beforeEach(() => {
      stream = newStream('item');
    });

    const idsOf = async (): Promise<string[]> => (await store.readStream(stream)).map(({ id }) => id);

    it('answers the revision, and a position for each event', async () => {
      const written = await store.append(stream, NO_STREAM, happenedTimes(3));

      expect(written).toMatchObject({ outcome: 'written', revision: 2 });
      const positions = written.outcome === 'written' ? written.positions : [];
      expect(positions).toHaveLength(3);
      expect(positions[0]).toBeGreaterThanOrEqual(1);
      expect(positions).toEqual([...positions].sort((a, b) => a - b));
      expect((await store.readStream(stream)).map(({ position }) => position)).toEqual(positions);
    });

    it('goes on at the newest revision', async () => {
      await store.append(stream, NO_STREAM, happenedTimes(2));

      expect(await store.append(stream, 1, happenedTimes(2))).toMatchObject({ revision: 3 });
      expect((await store.readStream(stream)).map(({ revision }) => revision)).toEqual([0, 1, 2, 3]);
    });

    it.each([
      { name: 'below the newest', expected: 0, written: 3 },
      { name: 'above the newest', expected: 7, written: 3 },
      { name: 'no stream, and there is one', expected: NO_STREAM, written: 3 },
      { name: 'a stream, and there is none', expected: 0, written: 0 },
    ])('is a conflict and writes nothing: expected $name', async ({ expected, written }) => {
      if (written > 0) await store.append(stream, NO_STREAM, happenedTimes(written));
      const before = await idsOf();

      expect(await store.append(stream, expected, happenedTimes(2))).toEqual({
        outcome: 'conflict',
        actualRevision: written - 1,
      });
      expect(await idsOf()).toEqual(before);
    });

    it('lets exactly one of many racing writers win, and tells the others the newest revision', async () => {
      const events = happenedTimes(20);
      const outcomes = await Promise.all(events.map((event) => store.append(stream, NO_STREAM, [event])));

      expect(outcomes.filter(({ outcome }) => outcome === 'written')).toHaveLength(1);
      const lost = outcomes.filter(({ outcome }) => outcome === 'conflict');
      expect(lost).toHaveLength(19);
      expect(lost).toEqual(lost.map(() => ({ outcome: 'conflict', actualRevision: 0 })));
      expect(await idsOf()).toHaveLength(1);
    });

    it('says that a race is lost only when what has won can be read', async () => {
      const seen = await Promise.all(
        happenedTimes(20).map(async (event) => {
          const { outcome } = await store.append(stream, NO_STREAM, [event]);
          return outcome === 'conflict' ? (await idsOf()).length : 1;
        }),
      );

      expect(seen).toEqual(seen.map(() => 1));
    });

    it('takes a chain of appends that do not wait for one another', async () => {
      const chain = Array.from({ length: 50 }, (_, index) =>
        store.append(stream, index - 1, [happened({ index })]),
      );

      const outcomes = await Promise.all(chain);
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(outcomes.map(() => 'written'));
      expect(await idsOf()).toHaveLength(50);
    });

    it('does not write the same events twice, and gives the first answer again', async () => {
      const events = happenedTimes(3);
      const first = await store.append(stream, NO_STREAM, events);
      await store.append(stream, 2, happenedTimes(1));

      expect(await store.append(stream, NO_STREAM, events)).toEqual(first);
      expect(await idsOf()).toHaveLength(4);
    });

    it('recognises a repeat that comes at the same time', async () => {
      const events = happenedTimes(2);
      const outcomes = await Promise.all([1, 2, 3].map(() => store.append(stream, NO_STREAM, events)));

      expect(outcomes[1]).toEqual(outcomes[0]);
      expect(outcomes[2]).toEqual(outcomes[0]);
      expect(await idsOf()).toHaveLength(2);
    });

    it('recognises a repeat after the store was opened again', async () => {
      const events = happenedTimes(2);
      const first = await store.append(stream, NO_STREAM, events);
      await reopen();

      expect(await store.append(stream, NO_STREAM, events)).toEqual(first);
      expect(await idsOf()).toHaveLength(2);
    });

    it('is a conflict when only a part of it is a repeat', async () => {
      const [a, b, c] = happenedTimes(3) as [NewEvent, NewEvent, NewEvent];
      await store.append(stream, NO_STREAM, [a, b]);

      const conflict = { outcome: 'conflict', actualRevision: 1 };
      expect(await store.append(stream, NO_STREAM, [a, c])).toEqual(conflict);
      expect(await store.append(stream, NO_STREAM, [a, b, c])).toEqual(conflict);
      expect(await store.append(stream, NO_STREAM, [b, a])).toEqual(conflict);
      expect(await idsOf()).toEqual([a.id, b.id]);
    });

    it('asserts that an append has events, and no id twice', async () => {
      const event = happened();

      await expect(store.append(stream, NO_STREAM, [])).rejects.toThrow('Bug:');
      await expect(store.append(stream, NO_STREAM, [event, event])).rejects.toThrow('Bug:');
      expect(await idsOf()).toEqual([]);
    });

    it('takes as many events as are allowed, and not one more', async () => {
      const events = happenedTimes(APPEND_EVENTS_MAX);

      await expect(store.append(stream, NO_STREAM, [...events, happened()])).rejects.toThrow(AppendTooLarge);
      expect(await idsOf()).toEqual([]);
      const written = await store.append(stream, NO_STREAM, events);
      expect(written).toMatchObject({ outcome: 'written' });
      const positions = written.outcome === 'written' ? written.positions : [];
      expect(await readToEnd(store, { after: positions.at(-11)! })).toHaveLength(10);
    });

    it('takes as many bytes as are allowed, counted as they are stored, and not more', async () => {
      const frame = JSON.stringify({ text: '' }).length;
      const text = 'é'.repeat((APPEND_BYTES_MAX - frame) / 2);

      const tooLarge = [happened({ text: `${text}!` }), happened()];
      await expect(store.append(stream, NO_STREAM, tooLarge)).rejects.toThrow(AppendTooLarge);
      expect(await store.append(stream, NO_STREAM, [happened({ text })])).toMatchObject({ revision: 0 });
      expect((await store.readStream(stream))[0]?.data).toEqual({ text });
    });

    it('does not change the events that it was given', async () => {
      const events = [happened({ lines: [{ sku: 'MUG', quantity: 2 }] }), happened()];
      const copy = structuredClone(events);
      await store.append(stream, NO_STREAM, events);

      expect(events).toEqual(copy);
    });
  });
}
