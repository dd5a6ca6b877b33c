import { type EventStore, isOfCategory } from '#event-store';
import { orderNameOf } from '#inventory';
import { allShards, type Shards, ShardSet } from '#kernel';
import { until } from '../../kernel/testing/until.ts';
import { MemoryTopic } from '../testing/memory-topic.ts';
import { Process } from '../testing/process.ts';
import { Stage } from '../testing/stage.ts';
import { OrderTeller } from './order-teller.ts';

describe('a publisher of orders', () => {
  let stage: Stage;
  let topic: MemoryTopic;
  const processes: Process[] = [];

  beforeEach(async () => {
    stage = await Stage.open();
    topic = new MemoryTopic();
  });

  afterEach(async () => {
    for (const each of processes.splice(0)) await each.stop();
    await stage.close();
  });

  function tellOrders(
    shards: Shards = allShards(),
    store: Pick<EventStore, 'readAll'> = stage.store,
  ): Process {
    let position = stage.position;
    const teller = new OrderTeller({
      store,
      orders: stage.orders,
      shards,
      position: () => position,
    });
    const process = new Process(topic, teller);
    stage.folds.push({
      apply: (event) => {
        position = event.position;
        if (isOfCategory(event.stream, 'order'))
          process.publisher.changed({ key: orderNameOf(event.stream), position });
      },
    });
    processes.push(process);
    process.start();
    return process;
  }

  const orders = (from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, n) => `O-${from + n}`);
  const change = async (ids: readonly string[], status: string): Promise<void> => {
    for (const id of ids) await stage.changeOrder('web', id, status);
    await stage.project();
  };

  it('sends those of the log, then what changes, and after a restart only what is new', async () => {
    await change(orders(0, 40), 'open');
    const first = tellOrders();
    await first.settled();
    await change(orders(0, 5), 'shipped');
    await first.settled();
    await first.stop();
    const told = topic.partitions.map((records) =>
      records.map(({ value }) => JSON.parse(String(value)).version),
    );
    await change(orders(35, 45), 'shipped');
    const readFrom: number[] = [];
    const second = tellOrders(allShards(), {
      readAll: (query) => {
        readFrom.push(query.after);
        return stage.store.readAll(query);
      },
    });
    await second.settled();
    // Not from the start of the log: from where the first of the partitions ends.
    expect(readFrom[0]).toBe(Math.min(...told.map((versions) => Math.max(...versions))));
    expect(Object.keys(topic.picture)).toHaveLength(45);
    expect(topic.versionsOf('web:O-0')).toHaveLength(2);
    expect(topic.versionsOf('web:O-10')).toHaveLength(1);
    expect(topic.versionsOf('web:O-36')).toHaveLength(2);
  });

  it('sends them in the order of the log, whatever changes while a page of it is on its way', async () => {
    topic = new MemoryTopic(1); // Who goes ahead of others there leaves them out for good, should it end.
    await change(orders(0, 10), 'open');
    let left = 10;
    const process = tellOrders(allShards(), {
      readAll: async (query) => {
        const page = await stage.store.readAll(query);
        if (left-- > 0) await change([`O-${left}`, `O-${left + 10}`], 'shipped');
        return page;
      },
    });
    await process.settled();
    const versions = topic.partitions[0]!.map(({ value }) => JSON.parse(String(value)).version as number);
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    expect(Object.keys(topic.picture)).toHaveLength(20);
  });

  it('puts right an older state that somebody writes, now or while no process runs', async () => {
    await change(orders(0, 20), 'open');
    await change(['O-3'], 'shipped');
    const first = tellOrders();
    await first.settled();
    const newest = topic.picture['web:O-3']!.version;
    topic.write('web:O-3', { version: 1 });
    await until(() => topic.picture['web:O-3']!.version === newest, 'put right at once');
    await first.stop();
    topic.write('web:O-3', { version: 1 });
    await change(orders(20, 40), 'open');
    const second = tellOrders();
    await second.settled();
    await until(() => topic.picture['web:O-3']!.version === newest, 'put right after a start');
  });

  it('leaves alone a repeat of an order’s newest state, though newer orders came before it', async () => {
    topic = new MemoryTopic(1);
    const process = tellOrders();
    await change(['O-1', 'O-2'], 'open');
    await process.settled();
    const { version } = topic.picture['web:O-1']!;
    topic.write('web:O-1', { version });
    process.publisher.beginAgain();
    await process.settled();
    expect(topic.versionsOf('web:O-1')).toEqual([version, version]);
    expect(process.publisher.figures.toldAgain).toBe(0);
  });

  it('puts right what it has found, though it begins again before it could send that', async () => {
    topic = new MemoryTopic(1);
    const process = tellOrders();
    await change(['O-1'], 'open');
    await change(['O-1'], 'shipped');
    await change(['O-2'], 'open');
    await process.settled();
    const newest = topic.picture['web:O-1']!.version;
    topic.mishaps.push('refused', 'refused');
    topic.write('web:O-1', { version: 1 });
    await until(() => process.publisher.figures.failed > 0, 'it was found, and could not be told');
    process.publisher.beginAgain();
    await until(() => topic.picture['web:O-1']!.version === newest, 'put right');
  });

  it('puts right a tombstone and a stranger’s record that were written while no process ran', async () => {
    topic = new MemoryTopic(1);
    const first = tellOrders();
    await change(orders(1, 4), 'open');
    await first.settled();
    const told = topic.picture;
    await first.stop();
    topic.write('web:O-1', null);
    topic.write('web:O-2', { no: 'version' });
    topic.write('web:unknown', null);
    topic.write('of nobody', null);
    const second = tellOrders();
    await second.settled();
    await until(() => topic.picture['web:O-1'] !== undefined, 'put right');
    await second.settled();
    expect(topic.picture).toEqual(told);
    expect(second.troubles).toEqual([]);
  });

  it('sends all again to a topic that was recreated, also orders older than the first it gets', async () => {
    const process = tellOrders();
    await change(orders(0, 30), 'open');
    await process.settled();
    topic.makeAnew();
    await change(['O-29'], 'shipped');
    await until(() => Object.keys(topic.picture).length === 30, 'all are there');
    await process.settled();
    expect(process.troubles.map(String)).toEqual([expect.stringContaining('written again from its start')]);
  });

  it('is divided among two processes, and taken over from the one that ends', async () => {
    const shards = [new ShardSet(4, [0, 1]), new ShardSet(4, [2, 3])];
    const [first, second] = shards.map((each) => tellOrders(each));
    await change(orders(0, 60), 'open');
    await Promise.all([first!.settled(), second!.settled()]);
    expect(topic.partitions.flat()).toHaveLength(60);
    await first!.stop();
    await change(orders(30, 90), 'shipped');
    await second!.settled();
    shards[1]!.set([0, 1, 2, 3]);
    second!.publisher.beginAgain();
    await second!.settled();
    expect(Object.keys(topic.picture)).toHaveLength(90);
    expect(topic.partitions.flat()).toHaveLength(120);
  });
});
