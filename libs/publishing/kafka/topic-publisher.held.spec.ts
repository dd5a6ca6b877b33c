import { allShards } from '#kernel';
import { until } from '../../kernel/testing/until.ts';
import { MemoryTopic } from '../testing/memory-topic.ts';
import { Process } from '../testing/process.ts';
import { Stage } from '../testing/stage.ts';
import { AvailabilityTeller } from './availability-teller.ts';
import { WAITING_MAX } from './lanes.ts';

/** A publisher of the numbers of one channel, and what it is to tell. */
async function playing(
  play: (parts: {
    topic: MemoryTopic;
    process: Process;
    set: (numbers: Readonly<Record<string, number>>) => Promise<number>;
  }) => Promise<void>,
): Promise<void> {
  const stage = await Stage.open();
  const topic = new MemoryTopic();
  const channels = () => [{ id: 'web' }];
  const process = new Process(
    topic,
    new AvailabilityTeller({ numbers: stage.numbers, channels, shards: allShards() }),
  );
  stage.numbers.onChange(({ channel, listing, version }) =>
    process.publisher.changed({ key: `${channel}:${listing}`, position: version }),
  );
  try {
    await play({ topic, process, set: (numbers) => stage.publish('web', numbers) });
  } finally {
    await process.stop();
    await stage.close();
  }
}

describe('what a topic is known to hold', () => {
  it('ends before the oldest change that was not read back, and is not known while it is looked for', () =>
    playing(async ({ topic, process, set }) => {
      const { publisher } = process;
      await set({ A: 1 });
      expect(publisher.heldThrough(99)).toBeUndefined();
      process.start();
      await process.settled();
      expect(publisher.heldThrough(99)).toBe(99);
      topic.isDown = true;
      const oldest = await set({ B: 1 });
      const newest = await set({ C: 1 });
      expect(newest).toBeGreaterThan(oldest);
      expect(publisher.heldThrough(newest)).toBe(oldest - 1);
      expect(publisher.heldThrough(oldest - 2)).toBe(oldest - 2);
      publisher.beginAgain();
      expect(publisher.heldThrough(newest)).toBeUndefined();
      topic.isDown = false;
      await process.settled();
      expect(publisher.heldThrough(newest)).toBe(newest);
    }));

  it('is looked for again where more waits for a broker than may, and none of that is kept', () =>
    playing(async ({ topic, process, set }) => {
      const { publisher } = process;
      process.start();
      await process.settled();
      topic.isDown = true;
      for (let n = 1; n <= WAITING_MAX; n++) publisher.changed({ key: `web:no-${n}`, position: n });
      expect(publisher.heldThrough(1)).toBe(0);
      publisher.changed({ key: 'web:no-0', position: 1 });
      expect(publisher.heldThrough(1)).toBeUndefined();
      await set({ A: 1 });
      await until(() => publisher.figures.pending === 0, 'nothing is kept');
      topic.isDown = false;
      await process.settled();
      expect(topic.picture['web:A']).toMatchObject({ available: 1 });
      // What was given up counts no more.
      for (let n = 1; n < WAITING_MAX; n++) publisher.changed({ key: `web:no-${n}`, position: n });
      expect(publisher.heldThrough(1)).toBe(0);
    }));
});
