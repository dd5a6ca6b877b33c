import { until } from '../../kernel/testing/until.ts';
import { EventStoreDbDouble } from '../../../test/servers/eventstoredb/index.ts';
import { NO_STREAM, PositionUnknown, type RecordedEvent, TargetDiffers } from '../src/index.ts';
import { happened, happenedTimes, readToEnd } from '../testing/index.ts';
import { EventStoreDbEventStore, EventStoreDbLogTarget } from './index.ts';

/** Longer than any machine takes. */
const PATIENT_MS = 600_000;
const openStore = ({ url }: EventStoreDbDouble): Promise<EventStoreDbEventStore> =>
  EventStoreDbEventStore.open({ url, appendDeadlineMs: PATIENT_MS, readDeadlineMs: PATIENT_MS });

const BLOCK = 40;
const EVENTS = 3 * BLOCK;
/** Far beyond what the server itself would give: it was a longer log. */
const FIRST_POSITION = 5_000_000_000;
const POSITION_STEP = 7;

/** A log of another store: three streams by turns, with its own positions and times. */
const log: readonly RecordedEvent[] = Array.from({ length: EVENTS }, (_, n) => ({
  ...happened(),
  stream: `item-${n % 3}`,
  revision: Math.floor(n / 3),
  position: FIRST_POSITION + n * POSITION_STEP,
  recordedAt: 1_000_000 + n,
}));
const block = (number: number): readonly RecordedEvent[] => log.slice(number * BLOCK, (number + 1) * BLOCK);

describe('a log that was copied to EventStoreDB', () => {
  let double: EventStoreDbDouble;
  beforeEach(async () => {
    double = await EventStoreDbDouble.start();
  });
  afterEach(() => double.stop());

  async function copyAll(): Promise<void> {
    const target = await EventStoreDbLogTarget.open(double.url);
    for (let number = 0; number < EVENTS / BLOCK; number++) await target.take(block(number));
    await target.finish();
    await target.close();
  }

  it('has the positions and times that it had, in their order, whatever order the server took them in', async () => {
    const target = await EventStoreDbLogTarget.open(double.url);
    for (let number = 0; number < EVENTS / BLOCK; number++) {
      double.faults.appends.push('stream breaks', undefined, 'written, stream breaks');
      await target.take(block(number));
    }
    await target.finish();
    await target.close();
    const order = double.log.events.filter(({ stream }) => stream.startsWith('item-')).map(({ id }) => id);
    expect(order).not.toEqual(log.map(({ id }) => id)); // Else this would prove nothing.

    const store = await openStore(double);
    expect(await readToEnd(store, { after: 0 })).toEqual(log);
    expect(await store.head()).toBe(log.at(-1)!.position);
    expect(await store.readStream('item-1', { fromRevision: 5, limit: 2 })).toEqual([log[16], log[19]]);
    await store.close();
  });

  it('is read from anywhere, in pages of any size, and goes on with greater positions', async () => {
    await copyAll();
    const store = await openStore(double);
    for (const from of [0, 1, BLOCK - 1, BLOCK, EVENTS - 1]) {
      const { position } = log[from]!;
      const here = await store.readAll({ after: position - 1, limit: 3 });
      expect(here.events).toEqual(
        log.slice(from, Math.min(from + 3, (Math.floor(from / BLOCK) + 1) * BLOCK)),
      );
    }
    const { positions } = (await store.append('item-0', EVENTS / 3 - 1, happenedTimes(2))) as {
      positions: readonly number[];
    };
    expect(positions[0]).toBeGreaterThan(log.at(-1)!.position);
    const rest = await store.readAll({ after: log.at(-1)!.position });
    expect(rest.events.map(({ position }) => position)).toEqual(positions);
    expect(await store.head()).toBe(positions[1]);
    await store.close();

    const again = await openStore(double);
    const all = await readToEnd(again, { after: 0, categories: ['item'] });
    expect(all.map(({ position }) => position)).toEqual([
      ...log.map(({ position }) => position),
      ...positions,
    ]);
    await again.close();
  });

  it('goes on where it was interrupted, also within a block that has grown since', async () => {
    const first = await EventStoreDbLogTarget.open(double.url);
    await first.take(block(0));
    double.faults.appends.push(undefined, 'ignored', 'ignored');
    void first.take(block(1).slice(0, 30)).catch(() => undefined);
    const copied = (): number => double.log.events.filter((event) => event.stream.startsWith('item-')).length;
    await until(() => double.faults.appends.length === 0 && copied() > BLOCK, 'the first stream to be there');
    await first.close(); // One stream of the block is there, the others are not.
    await expect(openStore(double)).rejects.toThrow('onhand copy');

    const second = await EventStoreDbLogTarget.open(double.url);
    expect(second.through).toBe(log[BLOCK - 1]!.position);
    await second.take(log.slice(BLOCK));
    await second.finish();
    await second.close();
    const store = await openStore(double);
    expect(await readToEnd(store, { after: 0 })).toEqual(log);
    await store.close();
  });

  it('is not put into a log that is there already', async () => {
    const store = await openStore(double);
    await store.append('item-1', NO_STREAM, happenedTimes(1));
    await store.close();
    await expect(EventStoreDbLogTarget.open(double.url)).rejects.toBeInstanceOf(TargetDiffers);
  });
});

it('a reader whose position is of another log is refused', async () => {
  const double = await EventStoreDbDouble.start();
  const store = await openStore(double);
  await store.append('item-1', NO_STREAM, happenedTimes(3));
  const head = await store.head();
  await expect(store.readAll({ after: head - 7 })).rejects.toBeInstanceOf(PositionUnknown);
  await store.close();
  double.stop();
});
