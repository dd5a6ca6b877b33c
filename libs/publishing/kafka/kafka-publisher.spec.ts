import { allShards, systemClock } from '#kernel';
import { Stage } from '../testing/stage.ts';
import { KafkaPublisher } from './kafka-publisher.ts';

/** Nobody listens there: the refusal comes at once. */
const NOBODY = '127.0.0.1:1';

describe('a publisher whose broker was never there', () => {
  let stage: Stage;
  let publisher: KafkaPublisher;

  beforeEach(async () => {
    stage = await Stage.open();
    const ignore = (): void => undefined;
    publisher = new KafkaPublisher({
      connection: { brokers: [NOBODY], clientId: 'onhand', isEncrypted: false },
      log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
      topics: { availability: 'availability', orders: 'orders' },
      ...{ groupId: 'onhand', writer: 'spec', shards: allShards(), clock: systemClock },
      ...{ store: stage.store, numbers: stage.numbers, orders: stage.orders, position: 0 },
      channels: () => [],
      isBehind: () => false,
    });
  });

  afterEach(async () => {
    await publisher.close();
    await stage.close();
  });

  it('says why it does not begin, for a process that only publishes has nobody else to say it', async () => {
    const run = publisher.loops['kafka-orders']!(new AbortController().signal);

    await expect(run).rejects.toThrow('No broker answers');
    expect(publisher.states()).toEqual({ availability: 'starting', orders: 'starting' });
    expect(publisher.trouble).toContain(`No broker answers at ${NOBODY}`);
  });
});
