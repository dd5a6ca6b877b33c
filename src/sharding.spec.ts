import { shardOf, ShardSet } from '#kernel';
import { until } from '../test/fixtures/waiting.ts';
import { readSettings } from './environment.ts';
import { silentLog } from './log.ts';
import { Sharding } from './sharding.ts';
import { whileHas } from './while-has.ts';

const SERVER = { EVENT_STORE: 'esdb://localhost:2113?tls=false' };
const shardingOf = (env: Record<string, string>, joins = true): Promise<Sharding> =>
  Sharding.of(readSettings(env), { log: silentLog(), joins });
const ALL = Array.from({ length: 16 }, (_, shard) => shard);

describe('the part of a process', () => {
  it('is everything where it has the log to itself, also with Kafka', async () => {
    const sharding = await shardingOf({ KAFKA_BROKERS: 'localhost:9092' });
    expect([sharding.isShared, sharding.posting.owned, sharding.publishing.owned]).toEqual([false, ALL, ALL]);
    expect(sharding.states()).toEqual({});
  });

  it('is everything over a server where nobody hands out shards', async () => {
    const sharding = await shardingOf(SERVER);
    expect([sharding.isShared, sharding.posting.owned]).toEqual([true, ALL]);
  });

  it('is nothing before Kafka has handed it out, and a role that it does not have is no part of it', async () => {
    const sharding = await shardingOf({ ...SERVER, KAFKA_BROKERS: 'localhost:9092', ROLES: 'http,posting' });
    expect(sharding.states()).toEqual({ posting: { state: 'joining', shards: [] } });
    expect([sharding.posting.owned, sharding.publishing.owned]).toEqual([[], []]);
  });

  it('is nothing where Kafka is not there, and that is said', async () => {
    const sharding = await shardingOf({ ...SERVER, KAFKA_BROKERS: '127.0.0.1:1', ROLES: 'posting' });
    sharding.start();
    await until(() => sharding.states().posting?.trouble !== undefined, 'it is said why');
    expect(sharding.states().posting).toEqual({
      state: 'joining',
      shards: [],
      trouble: expect.stringContaining('No broker answers at 127.0.0.1:1'),
    });
    await sharding.stop();
  });

  it('is everything for a command, whatever Kafka hands out', async () => {
    const sharding = await shardingOf({ ...SERVER, KAFKA_BROKERS: 'localhost:9092' }, false);
    expect(sharding.posting.owned).toEqual(ALL);
  });

  it('is what SHARD says, and all parts together are everything', async () => {
    const shardings = await Promise.all(
      [1, 2, 3].map((part) => shardingOf({ ...SERVER, SHARD: `${part}/3` })),
    );
    const parts = shardings.map(({ posting }) => posting);
    expect(parts.flatMap(({ owned }) => owned).sort((a, b) => a - b)).toEqual(ALL);
    const owners = parts.filter((shards) => shards.has('MUG-RED'));
    expect(owners).toHaveLength(1);
    expect(owners[0]!.owned).toContain(shardOf('MUG-RED', 16));
  });
});

it('what belongs to a shard runs while it is here, and again when it comes back', async () => {
  const shards = new ShardSet(4);
  const ending = new AbortController();
  const said: string[] = [];
  const run = (signal: AbortSignal): Promise<void> => {
    said.push('begins');
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        said.push('ends');
        resolve();
      });
    });
  };
  const running = whileHas(shards, 0, run)(ending.signal);
  const turns = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  for (const owned of [[1], [0, 1], [0], [1], [0]]) {
    shards.set(owned);
    await turns();
  }
  expect(said).toEqual(['begins', 'ends', 'begins']);
  ending.abort();
  await running;
  expect(said.at(-1)).toBe('ends');
});
