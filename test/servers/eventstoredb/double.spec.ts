import {
  ANY,
  EventStoreDBClient,
  FORWARDS,
  jsonEvent,
  MaxAppendSizeExceededError,
  NO_STREAM,
  START,
  STREAM_EXISTS,
  StreamNotFoundError,
  streamNameFilter,
  UnknownError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDbDouble } from './index.ts';

/** What a real EventStoreDB 23.10 was seen to do with this client, line by line: the double does the same. */
describe('the double of EventStoreDB', () => {
  const folder = mkdtempSync(join(tmpdir(), 'double-'));
  const file = join(folder, 'log');
  let double: EventStoreDbDouble;
  let client: EventStoreDBClient;

  const open = async (): Promise<void> => {
    double = await EventStoreDbDouble.start({ file });
    client = EventStoreDBClient.connectionString(double.url);
  };
  const restart = async (): Promise<void> => {
    await client.dispose();
    double.stop();
    await open();
  };
  beforeEach(open);
  afterEach(async () => {
    await client.dispose();
    double.stop();
    rmSync(file, { force: true });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const event = (n: number | string = 0) => jsonEvent({ type: 'Happened', data: { n } });
  const read = async (stream: string): Promise<bigint[]> => {
    const revisions: bigint[] = [];
    for await (const { event: told } of client.readStream(stream, {
      direction: FORWARDS,
      fromRevision: START,
    })) {
      revisions.push(told!.revision);
    }
    return revisions;
  };
  const append = (
    stream: string,
    events: ReturnType<typeof event>[],
    expectedRevision: bigint | 'no_stream' | 'any',
  ) => client.appendToStream(stream, events, { expectedRevision });

  it('lets one of many win who all expect no stream', async () => {
    const racing = await Promise.allSettled(
      Array.from({ length: 20 }, () => append('s', [event()], NO_STREAM)),
    );
    expect(racing.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await read('s')).toEqual([0n]);
  });

  it('knows a repeat at its exact revision, also after a restart; with ANY it writes it again', async () => {
    const [first, second, any] = [[event(1)], [event(2)], [event(3)]];
    await append('s', first, NO_STREAM);
    await append('s', second, 0n);
    await append('any', any, ANY);
    await append('any', any, ANY);
    expect(await read('any')).toEqual([0n]);
    await restart();
    expect(await append('s', first, NO_STREAM)).toMatchObject({ nextExpectedRevision: 0n });
    expect(await append('s', second, 0n)).toMatchObject({ nextExpectedRevision: 1n });
    expect(await read('s')).toEqual([0n, 1n]);
    await append('any', any, ANY);
    expect(await read('any')).toEqual([0n, 1n]);
  });

  it('refuses known ids with a new one behind them, and says the actual revision', async () => {
    const first = event();
    await append('s', [first], NO_STREAM);
    const refused = append('s', [first, event()], NO_STREAM);
    await expect(refused).rejects.toBeInstanceOf(WrongExpectedVersionError);
    await expect(refused).rejects.toMatchObject({ actualVersion: 0n });
  });

  it('writes the same id in two streams, and twice in one batch', async () => {
    const same = event();
    await append('a', [same], NO_STREAM);
    await append('b', [same], NO_STREAM);
    await append('c', [same, same], NO_STREAM);
    expect([await read('a'), await read('b'), await read('c')]).toEqual([[0n], [0n], [0n, 1n]]);
  });

  it('answers where the last event stands; each has a place of its own, commit and prepare alike', async () => {
    const { position } = await append('s', [event(), event(), event()], NO_STREAM);
    const places: bigint[] = [];
    for await (const { event: told } of client.readAll()) {
      expect(told!.position.commit).toBe(told!.position.prepare);
      places.push(told!.position.commit);
    }
    expect(places).toEqual([...new Set(places)].sort((a, b) => (a < b ? -1 : 1)));
    expect(position!.commit).toBe(places.at(-1));
  });

  it('makes nothing of an empty append, and is happy with it', async () => {
    await append('s', [], NO_STREAM);
    await expect(read('s')).rejects.toBeInstanceOf(StreamNotFoundError);
  });

  it('refuses more than a megabyte, a page of nothing, and to delete what must exist', async () => {
    const large = event('x'.repeat(1_100_000));
    await expect(append('s', [large], NO_STREAM)).rejects.toBeInstanceOf(MaxAppendSizeExceededError);
    const none = async (): Promise<void> => {
      for await (const told of client.readAll({ maxCount: 0 }))
        throw new Error(`not asked for: ${told.event?.id}`);
    };
    await expect(none()).rejects.toBeInstanceOf(UnknownError);
    await append('s', [event()], NO_STREAM);
    const deleting = client.deleteStream('s', { expectedRevision: STREAM_EXISTS as never });
    await expect(deleting).rejects.toBeInstanceOf(UnknownError);
  });

  it('goes on counting in a stream that was deleted and is written again', async () => {
    await append('s', [event(), event()], NO_STREAM);
    await client.deleteStream('s');
    expect(await append('s', [event()], NO_STREAM)).toMatchObject({ nextExpectedRevision: 2n });
    expect(await read('s')).toEqual([2n]);
  });

  it('filters where it is subscribed to, not where it is read; and tells a checkpoint every 320 events', async () => {
    for (let n = 0; n < 4; n++) {
      await append(
        `order-${n}`,
        Array.from({ length: 50 }, () => event(n)),
        NO_STREAM,
      );
      await append(
        `item-${n}`,
        Array.from({ length: 150 }, () => event(n)),
        NO_STREAM,
      );
    }
    let orders = 0;
    let checkpoints = 0;
    const filter = streamNameFilter({
      prefixes: ['order-'],
      checkpointInterval: 10,
      checkpointReached: () => void checkpoints++,
    });
    for await (const { event: told } of client.subscribeToAll({ filter })) {
      expect(told!.streamId).toMatch(/^order-/);
      if (++orders === 200) break;
    }
    expect(checkpoints).toBe(2); // After 320 and 640 of the 800; the last order is the 650th.
  });
});
