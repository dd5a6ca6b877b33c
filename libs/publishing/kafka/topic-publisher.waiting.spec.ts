import { isOfCategory } from '#event-store';
import { orderNameOf } from '#inventory';
import { allShards, ShardSet } from '#kernel';
import { until } from '../../kernel/testing/until.ts';
import { MemoryTopic } from '../testing/memory-topic.ts';
import { Process } from '../testing/process.ts';
import { Stage } from '../testing/stage.ts';
import { AvailabilityTeller } from './availability-teller.ts';
import { OrderTeller } from './order-teller.ts';
import type { Teller } from './teller.ts';

describe('what waits for a topic that cannot be written', () => {
  let stage: Stage;
  let topic: MemoryTopic;
  let process: Process;

  beforeEach(async () => {
    stage = await Stage.open();
    topic = new MemoryTopic(1);
  });

  afterEach(async () => {
    await process.stop();
    await stage.close();
  });

  async function down(teller: Teller): Promise<void> {
    process = new Process(topic, teller);
    process.start();
    await process.settled();
    topic.isDown = true;
  }

  const told = async (): Promise<readonly string[]> => {
    const tried = process.troubles.length; // What is on its way now may be an older value.
    await until(() => process.troubles.length > tried, 'it has tried');
    topic.isDown = false;
    await process.settled();
    return topic.partitions[0]!.map(({ key }) => key!);
  };

  it('are numbers in the order in which they first changed, each as it is now', async () => {
    const channels = () => [{ id: 'web' }];
    stage.numbers.onChange((number) =>
      process.publisher.changed({ key: `web:${number.listing}`, position: number.version, number }),
    );
    await down(new AvailabilityTeller({ numbers: stage.numbers, channels, shards: allShards() }));
    const first = await stage.publish('web', { A: 1 });
    await stage.publish('web', { B: 1 });
    const last = await stage.publish('web', { A: 2 });
    expect(process.publisher.heldThrough(last)).toBe(first - 1);
    expect(await told()).toEqual(['web:A', 'web:B']);
    expect(topic.picture['web:A']).toMatchObject({ available: 2, version: last });
    expect(process.publisher.heldThrough(last)).toBe(last);
  });

  it('are orders in the order of the log: the greatest version in the topic says which were sent', async () => {
    let position = stage.position;
    stage.folds.push({
      apply: (event) => {
        position = event.position;
        if (isOfCategory(event.stream, 'order'))
          process.publisher.changed({ key: orderNameOf(event.stream), position });
      },
    });
    await down(
      new OrderTeller({
        ...{ store: stage.store, orders: stage.orders, shards: allShards() },
        position: () => position,
      }),
    );
    const changes: readonly [string, string][] = [
      ['O-1', 'open'],
      ['O-2', 'open'],
      ['O-1', 'shipped'],
    ];
    for (const [orderId, status] of changes) {
      await stage.changeOrder('web', orderId, status);
      await stage.project();
    }
    expect(await told()).toEqual(['web:O-2', 'web:O-1']);
    expect(topic.picture['web:O-1']).toMatchObject({ status: 'shipped' });
  });

  it('is given up, and the search for it ends, once its shards are another process’s', async () => {
    const listings = Array.from({ length: 5_000 }, (_, n) => [`L-${n}`, 1] as const);
    await stage.publish('web', Object.fromEntries(listings));
    const shards = new ShardSet(2, [0, 1]);
    const channels = () => [{ id: 'web' }];
    process = new Process(topic, new AvailabilityTeller({ numbers: stage.numbers, channels, shards }));
    topic.mishaps.push(...Array<'refused'>(10_000).fill('refused'));
    process.start();
    expect(process.publisher.figures.isSearched).toBe(false);
    await until(() => process.publisher.figures.pending >= 2_250, 'no more is looked for');
    shards.set([]);
    process.publisher.beginAgain();
    await process.settled();
    expect(process.publisher.figures).toMatchObject({ pending: 0, isSearched: true });
    expect(topic.partitions.flat()).toEqual([]);
  });
});
