import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { until } from '../../kernel/testing/until.ts';
import { OffsetCommits } from './offset-commits.ts';
import type { PartitionIntake } from './partition-intake.ts';

type Commit = (
  offsets: readonly { partition: number; offset: string; metadata?: string | null }[],
) => Promise<void>;

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A partition that has come so far. */
const at = (partition: number, next: number): PartitionIntake & { next: number } =>
  ({
    place: { topic: 't', partition },
    next,
    mark: { position: next * 2, recordedAt: 9 },
  }) as unknown as PartitionIntake & { next: number };

function commits(commitOffsets: Commit, commitAfterMs?: number): OffsetCommits {
  return new OffsetCommits({ consumer: { commitOffsets }, log, commitAfterMs });
}

describe('commits of offsets', () => {
  it('keep nobody waiting: the newest offset of each partition goes a little later, with its mark', async () => {
    const told: unknown[] = [];
    const table = commits((offsets) => Promise.resolve(void told.push(offsets)));
    const busy = at(0, 1);
    for (; busy.next < 50; busy.next++) table.reached(busy);
    table.reached(busy);
    table.reached(at(1, 7));
    expect(told).toEqual([]);
    table.close();
    await table.commit();
    expect(told).toEqual([
      [
        { topic: 't', partition: 0, offset: '50', metadata: '2@9' },
        { topic: 't', partition: 1, offset: '7', metadata: '14@9' },
      ],
    ]);
  });

  it('that fail are repeated with the next ones', async () => {
    let failures = 2;
    const told: string[] = [];
    const table = commits((offsets) => {
      if (failures-- > 0) return Promise.reject(new Error('the coordinator is loading'));
      return Promise.resolve(void told.push(...offsets.map(({ offset }) => offset)));
    });
    table.reached(at(0, 5));
    await until(() => told.length > 0);
    expect(told).toEqual(['5']);
    table.close();
  });

  it('are followed by another for what was reached meanwhile', async () => {
    const told: string[] = [];
    const partition = at(0, 5);
    const table = commits(async (offsets) => {
      told.push(...offsets.map(({ offset }) => offset));
      partition.next = 6;
      table.reached(partition);
      await turn();
      if (told.length > 1) table.close();
    });
    table.reached(partition);
    await until(() => told.length > 1);
    expect(told).toEqual(['5', '6']);
  });

  it('leave out partitions that are another member’s now', async () => {
    const told: unknown[] = [];
    const table = commits((offsets) => Promise.resolve(void told.push(...offsets)));
    const gone = at(0, 5);
    table.reached(gone);
    table.forget(gone);
    await table.commit();
    expect(told).toEqual([]);
    table.close();
  });

  it('are remembered if the brokers took them, or had them when we began', async () => {
    const table = commits((offsets) =>
      offsets[0]!.partition === 0 ? Promise.resolve() : Promise.reject(new Error('not now')),
    );
    const [taken, failed, found] = [at(0, 5), at(1, 5), at(2, 5)];
    for (const each of [taken, failed]) {
      table.reached(each);
      await table.commit();
      table.forget(each);
    }
    table.found(found);
    expect([taken, failed, found].map((each) => table.hasCommitted(each))).toEqual([true, false, true]);
    table.close();
  });

  it('are not made where no partition has come further', async () => {
    let calls = 0;
    const table = commits(() => Promise.resolve(void calls++));
    await table.commit();
    table.reached({ ...at(0, 5), next: undefined } as unknown as PartitionIntake);
    table.reached(at(1, 5));
    await Promise.all([table.commit(), table.commit()]);
    expect(calls).toBe(1);
    table.close();
  });

  it('end when they are closed, whatever has been reached by then, or comes later', async () => {
    let calls = 0;
    const table = commits(() => Promise.resolve(void calls++), 5);
    table.reached(at(0, 5));
    table.close();
    await pause(30);
    expect(calls).toBe(0);
    await table.commit();
    table.reached(at(0, 6));
    await table.commit();
    await pause(30);
    expect(calls).toBe(1);
  });

  it('are made after the time that was asked for', async () => {
    const told: string[] = [];
    const tell: Commit = (offsets) => Promise.resolve(void told.push(...offsets.map(({ offset }) => offset)));
    const [late, soon] = [commits(tell, 60_000), commits(tell, 5)];
    late.reached(at(0, 1));
    soon.reached(at(0, 2));
    await pause(60); // Less than by default.
    expect(told).toEqual(['2']);
    late.close();
    soon.close();
  });
});
