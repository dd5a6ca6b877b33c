import { allShards } from '#kernel';
import { until } from '../../kernel/testing/until.ts';
import { MemoryTopic } from '../testing/memory-topic.ts';
import { Process } from '../testing/process.ts';
import { Stage } from '../testing/stage.ts';
import { AvailabilityTeller } from './availability-teller.ts';

const LISTINGS = Array.from({ length: 40 }, (_, n) => `L-${n}`);
const all = (quantity: number): Record<string, number> =>
  Object.fromEntries(LISTINGS.map((listing) => [listing, quantity]));

describe('a topic that an operator changes while it is published to', () => {
  let stage: Stage;
  let topic: MemoryTopic;
  const processes: Process[] = [];

  beforeEach(async () => {
    stage = await Stage.open();
    topic = new MemoryTopic(3);
  });

  afterEach(async () => {
    for (const each of processes.splice(0)) await each.stop();
    await stage.close();
  });

  async function telling(): Promise<Process> {
    const channels = () => [{ id: 'web' }];
    const process = new Process(
      topic,
      new AvailabilityTeller({ numbers: stage.numbers, channels, shards: allShards() }),
    );
    processes.push(process);
    stage.numbers.onChange(({ channel, listing, version }) =>
      process.publisher.changed({ key: `${channel}:${listing}`, position: version }),
    );
    process.start();
    await process.settled();
    return process;
  }

  const perPartition = (): number[] => topic.partitions.map(({ length }) => length);

  it('keeps its keys in their partitions where some are added, also after a restart, and says so', async () => {
    await stage.publish('web', all(1));
    const first = await telling();
    topic.addPartitions(3);
    await until(() => first.publisher.trouble !== undefined, 'it was noticed');
    expect(first.publisher.trouble).toContain(
      'memory now has 6 partitions, but its keys are divided among 3',
    );
    await stage.publish('web', all(2));
    await first.settled();
    await first.stop();
    await stage.publish('web', all(3));
    const second = await telling();
    expect(second.troubles[0]).toMatchObject({ code: 'KAFKA_PARTITIONS_ADDED' });
    expect(perPartition().slice(3)).toEqual([0, 0, 0]);
    expect(perPartition().reduce((sum, records) => sum + records, 0)).toBe(3 * LISTINGS.length);
  });

  it('is filled again where its records are deleted, and says so', async () => {
    await stage.publish('web', all(1));
    const process = await telling();
    topic.lows.push(...perPartition());
    expect(topic.picture).toEqual({});
    await until(() => Object.keys(topic.picture).length === LISTINGS.length, 'all are there again');
    expect(process.troubles).toMatchObject([{ code: 'KAFKA_RECORDS_DELETED' }]);
  });

  it('is filled again when it is recreated, though nothing changes meanwhile', async () => {
    await stage.publish('web', all(1));
    const process = await telling();
    topic.makeAnew();
    await until(() => Object.keys(topic.picture).length === LISTINGS.length, 'all are there again');
    expect(process.troubles).toMatchObject([{ code: 'KAFKA_TOPIC_MADE_ANEW' }]);
  });

  it('does not seem recreated where more is written while the question what it holds is under way', async () => {
    await stage.publish('web', all(1));
    const process = await telling();
    const { asked, letGo } = topic.holdAnswer();
    await asked;
    await stage.publish('web', all(2));
    await process.settled();
    const next = topic.holdAnswer();
    letGo();
    await next.asked;
    next.letGo();
    expect(process.troubles).toEqual([]);
    expect(process.publisher.figures.toldAgain).toBe(0);
  });

  it.each([
    ['nothing is to be sent', () => Promise.resolve(0)],
    ['a number is on its way', () => stage.publish('web', { A: 9 })],
  ])('is shown as waiting while its brokers hang, when %s', async (_, change) => {
    const process = await telling();
    expect(process.publisher.state).toBe('telling');
    topic.isFrozen = true;
    await change();
    await until(() => process.publisher.state === 'waiting', 'it says that it waits');
    expect(process.publisher.trouble).toMatch(/^Kafka has not answered for \d+ s/);
    topic.isFrozen = false;
    await process.settled();
    await until(() => process.publisher.state === 'telling', 'it tells again');
    expect(process.publisher.trouble).toBeUndefined();
  });
});
