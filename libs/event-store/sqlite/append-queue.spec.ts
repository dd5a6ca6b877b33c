import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemClock } from '#kernel';
import { type Append, NO_STREAM, StoreUnavailable } from '../src/index.ts';
import { happened, happenedTimes, newStream } from '../testing/index.ts';
import { AppendQueue } from './append-queue.ts';
import type { Batch, BatchResult } from './batch.ts';
import { RecentEvents } from './recent-events.ts';
import { UnsettledEvents } from './unsettled-events.ts';
import { InlineWriter, type Writer } from './writer.ts';

/** A real writer whose answers can be held, or be that nobody knows what was written. */
class HeldWriter implements Writer {
  readonly head = 0;
  readonly batchesMax = 1;
  readonly eventsEnough = Infinity;
  readonly #inline: InlineWriter;
  #gate = Promise.withResolvers<void>();
  failure: Error | undefined;

  constructor(file: string) {
    this.#inline = new InlineWriter(file);
  }

  async write(batch: Batch): Promise<BatchResult> {
    await this.#gate.promise;
    return this.failure === undefined
      ? this.#inline.write(batch)
      : { outcome: 'unknown', cause: this.failure };
  }

  letGo(): void {
    this.#gate.resolve();
  }

  hold(): void {
    this.#gate = Promise.withResolvers<void>();
  }

  close(): Promise<void> {
    return this.#inline.close();
  }
}

describe('what waits to be written', () => {
  let directory: string;
  let writer: HeldWriter;
  let queue: AppendQueue;
  const stops: unknown[] = [];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'onhand-'));
    writer = new HeldWriter(join(directory, 'events.db'));
    stops.length = 0;
    queue = new AppendQueue({
      ...{ writer, clock: systemClock, recent: new RecentEvents(0), unsettled: new UnsettledEvents() },
      onCommitted: () => undefined,
      onStopped: (cause) => stops.push(cause),
    });
  });
  afterEach(async () => {
    writer.letGo();
    await queue.close();
    rmSync(directory, { recursive: true });
  });

  const anAppend = (events = 1): Append => ({
    ...{ stream: newStream('item'), expectedRevision: NO_STREAM },
    events: events === 1 ? [happened()] : happenedTimes(events),
  });

  it('is 200,000 events at most: more is refused until some of it is written, however often', async () => {
    for (let time = 0; time < 2; time++) {
      const many = queue.append(Array.from({ length: 102 }, () => anAppend(2_000)));
      await nextTurn(); // The first of them are on their way.
      await expect(queue.append([anAppend()])).rejects.toThrow('are already waiting to be written');
      writer.letGo();
      const outcomes = (await many).map(({ outcome }) => outcome);
      expect(new Set(outcomes)).toEqual(new Set(['written']));
      expect(await queue.append([anAppend()])).toMatchObject([{ outcome: 'written' }]);
      writer.hold();
    }
  });

  it('is refused once it is unknown what was written before it, and the store is stopped at once', async () => {
    writer.failure = new Error('the disk is gone');
    const underway = queue.append([anAppend(), anAppend()]);
    await nextTurn();
    const behind = queue.append([anAppend()]);
    const refused = expect(behind).rejects.toThrow(StoreUnavailable);
    writer.letGo();
    expect(await underway).toMatchObject([{ outcome: 'unknown' }, { outcome: 'unknown' }]);
    expect(stops).toEqual([writer.failure]);
    await refused;
    await expect(queue.append([anAppend()])).rejects.toThrow(StoreUnavailable);
    expect(stops).toHaveLength(1);
  });
});
