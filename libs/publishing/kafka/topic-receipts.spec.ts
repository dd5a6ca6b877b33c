import type { EventStore, RecordedEvent } from '#event-store';
import { ShardSet } from '#kernel';
import { withStore } from '../../intake/testing/store.ts';
import { FaultyStore } from '../../journal/testing/faulty-store.ts';
import { until } from '../../kernel/testing/until.ts';
import { TopicReceipts } from './topic-receipts.ts';

const STREAM = 'publication-kafka:w';

/** Receipts at work, of a process that has the first of two shards. */
async function atWork(
  store: EventStore,
  use: (parts: {
    receipts: TopicReceipts;
    shards: ShardSet;
    topic: { heldThrough: number | undefined };
    stored: () => Promise<readonly RecordedEvent[]>;
  }) => Promise<void>,
): Promise<void> {
  const topic: { heldThrough: number | undefined } = { heldThrough: undefined };
  const shards = new ShardSet(2, [0]);
  const clock = { now: () => 1_000 };
  const receipts = new TopicReceipts({
    ...{ store, writer: 'w', clock, shards },
    heldThrough: () => topic.heldThrough,
  });
  const ending = new AbortController();
  const running = receipts.run(ending.signal);
  try {
    await use({ receipts, shards, topic, stored: () => store.readStream(STREAM) });
  } finally {
    ending.abort();
    await running;
  }
}

describe('the receipts of the topic', () => {
  it('say once up to where it was read back, and again for other shards', () =>
    withStore((store) =>
      atWork(store, async ({ receipts, shards, topic, stored }) => {
        receipts.changed(7);
        topic.heldThrough = 9;
        await until(async () => (await stored()).length === 1, 'a receipt');
        topic.heldThrough = 20; // What follows is no number of the topic: nothing is said of it.
        shards.set([1]);
        receipts.divideAnew();
        await until(async () => (await stored()).length === 2, 'another one');
        receipts.changed(25);
        topic.heldThrough = 24;
        await until(async () => (await stored()).length === 3, 'a third one');
        expect((await stored()).map(({ type, data }) => [type, data])).toEqual([
          ['TopicReadBack', { count: 2, shards: [0], through: 9, at: 1_000 }],
          ['TopicReadBack', { count: 2, shards: [1], through: 20, at: 1_000 }],
          ['TopicReadBack', { count: 2, shards: [1], through: 24, at: 1_000 }],
        ]);
      }),
    ));

  it('are stored once where the answer of the store was lost', () =>
    withStore((inner) => {
      const store = new FaultyStore(inner);
      let lost = 0;
      store.fault = () => (lost++ === 0 ? 'lost after' : undefined);
      return atWork(store, async ({ receipts, topic, stored }) => {
        receipts.changed(7);
        topic.heldThrough = 9;
        await until(() => lost > 1, 'the same again');
        receipts.changed(12);
        topic.heldThrough = 12;
        await until(async () => (await stored()).length > 1, 'the next one');
        const through = (await stored()).map(({ data }) => (data as { through: number }).through);
        expect(through).toEqual([9, 12]);
      });
    }));

  it('are stored for new shards too, where one for the former ones was on its way', () =>
    withStore((inner) => {
      const store = new FaultyStore(inner);
      let lost = 0;
      store.fault = () => (lost++ === 0 ? 'lost after' : undefined);
      return atWork(store, async ({ receipts, shards, topic, stored }) => {
        receipts.changed(7);
        topic.heldThrough = 9;
        await until(() => lost === 1, 'its answer is lost');
        shards.set([1]);
        receipts.divideAnew();
        await until(async () => (await stored()).length === 2, 'one for them too');
        expect((await stored()).map(({ data }) => data)).toMatchObject([
          { shards: [0], through: 9 },
          { shards: [1], through: 9 },
        ]);
      });
    }));
});
