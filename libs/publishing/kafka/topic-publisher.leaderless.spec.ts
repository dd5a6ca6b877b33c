import { allShards } from '#kernel';
import { until } from '../../kernel/testing/until.ts';
import { MemoryTopic } from '../testing/memory-topic.ts';
import { Process } from '../testing/process.ts';
import { Stage } from '../testing/stage.ts';
import { AvailabilityTeller } from './availability-teller.ts';
import { partitionOf } from './partition-of.ts';
import { WAITING_MAX } from './lanes.ts';

const PARTITIONS = 3;
const DEAD = 1;
/** Of each partition more than are looked for while so many wait. */
const MANY = Array.from({ length: 9_000 }, (_, n) => `L-${String(n).padStart(4, '0')}`);
const isOfTheDead = (listing: string): boolean => partitionOf(`web:${listing}`, PARTITIONS) === DEAD;

/** A publisher of numbers over a topic of which a partition can lose its leader. */
async function playing(play: (scene: ReturnType<typeof sceneOn>) => Promise<void>): Promise<void> {
  const stage = await Stage.open();
  const scene = sceneOn(stage);
  try {
    await play(scene);
  } finally {
    await scene.process.stop();
    await stage.close();
  }
}

function sceneOn(stage: Stage) {
  const topic = new MemoryTopic(PARTITIONS);
  const teller = new AvailabilityTeller({
    ...{ numbers: stage.numbers, shards: allShards() },
    channels: () => [{ id: 'web' }],
  });
  const process = new Process(topic, teller);
  stage.numbers.onChange(({ channel, listing, version }) =>
    process.publisher.changed({ key: `${channel}:${listing}`, position: version }),
  );
  const setAll = async (listings: readonly string[], quantity: number): Promise<void> => {
    await stage.setNumbers('web', Object.fromEntries(listings.map((listing) => [listing, quantity])));
    await stage.project();
  };
  /** Those of them that the topic has with this quantity. */
  const told = (quantity: number): readonly string[] => {
    const { picture } = topic;
    return MANY.filter((listing) => picture[`web:${listing}`]?.available === quantity);
  };
  return { topic, process, setAll, told };
}

describe('a topic of which a partition has no leader', () => {
  it('gets its numbers in all other partitions, and there once it has one', () =>
    playing(async ({ topic, process, setAll, told }) => {
      const living = MANY.filter((listing) => !isOfTheDead(listing));
      process.start();
      await process.settled();
      topic.leaderless.add(DEAD);
      await setAll(MANY, 1);
      await until(() => told(1).length === living.length, 'the others have theirs');
      expect(told(1)).toEqual(living);
      expect(process.publisher.isAtRest).toBe(false);
      topic.leaderless.clear();
      await process.settled();
      expect(told(1)).toEqual(MANY);
    }));

  it('is compared with the catalog to its end all the same', () =>
    playing(async ({ topic, process, setAll, told }) => {
      const living = MANY.filter((listing) => !isOfTheDead(listing));
      process.start();
      await process.settled();
      topic.leaderless.add(DEAD);
      await setAll(MANY, 1);
      process.publisher.beginAgain(); // None of it is kept: only what the topic holds says what is missing.
      await until(() => told(1).length === living.length, 'the others have theirs');
      await until(() => process.publisher.heldThrough(99) !== undefined, 'all was looked for');
      topic.leaderless.clear();
      await process.settled();
      expect(told(1)).toEqual(MANY);
    }));

  it('is waited for where more waits for that partition than may, and then filled', () =>
    playing(async ({ topic, process, setAll, told }) => {
      await setAll(['L-0000', 'L-0001', 'L-0002', 'L-0003'], 1);
      process.start();
      await process.settled();
      topic.leaderless.add(DEAD);
      const { publisher } = process;
      for (let n = 0, waiting = 0; waiting <= WAITING_MAX; n++) {
        if (!isOfTheDead(`X-${n}`)) continue;
        waiting++;
        publisher.changed({ key: `web:X-${n}`, position: 1 });
      }
      await until(
        () => process.troubles.some((trouble) => String(trouble).includes(`memory ${DEAD}`)),
        'it is named',
      );
      await until(() => publisher.state === 'starting', 'it waits until all of it can be read');
      topic.leaderless.clear();
      await process.settled();
      expect(told(1)).toHaveLength(4);
    }));

  it('gets nothing at a start before it has one: what it holds there is not known', () =>
    playing(async ({ topic, process, setAll, told }) => {
      await setAll(MANY, 1);
      topic.leaderless.add(DEAD);
      process.start();
      await until(() => process.troubles.length > 1, 'it has tried');
      expect(String(process.troubles[0])).toContain(`Partition memory ${DEAD} is stopped.`);
      expect(topic.partitions.flat()).toEqual([]);
      topic.leaderless.clear();
      await process.settled();
      expect(told(1)).toEqual(MANY);
    }));
});
