import type { KafkaMessage } from 'kafkajs';
import { AppendTooLarge } from '#event-store';
import { DataFileUnusable } from '#event-store/sqlite';
import { StreamDamaged } from '#event-store/eventstoredb';
import type { Arrival } from '#inventory';
import { KafkaUnavailable } from '#kafka';
import { ReadModelFailed } from '#read-model';
import type { Ended, MessageDoor } from './event-topic.ts';
import { PartitionIntake } from './partition-intake.ts';
import type { RejectedRecord } from './rejected-topic.ts';

const NOW = 1_795_324_617_597;

const silent = {
  ...{ debug: () => undefined, info: () => undefined },
  ...{ warn: () => undefined, error: () => undefined },
};

/** A partition before a door and a rejected topic that do as a spec wants. */
function partition({ source }: { readonly source?: string } = {}) {
  const told: { readonly ids: readonly unknown[]; readonly by: object }[] = [];
  const rejected: string[] = [];
  const heard: Ended[] = [];
  /** What was told as rejected. */
  const refused: Arrival[] = [];
  /** The errors in the log. */
  const errors: string[] = [];
  const log = { ...silent, error: (_: object, words: string) => void errors.push(words) };
  const world = {
    /** Of the next calls of the door: what it throws, if anything. */
    faults: [] as (() => Error | undefined)[],
    isTopicThere: true,
  };
  const endOf = (arrival: Arrival): Ended => {
    const at = { position: told.length, recordedAt: NOW };
    if (!('rejection' in arrival)) return { outcome: 'accepted', ...at };
    return { outcome: 'rejected', error: arrival.rejection, ...at };
  };
  const door: MessageDoor = {
    accept: (arrivals, by) => {
      const ids = arrivals.map((arrival) => ('message' in arrival ? arrival.message.id : arrival.id));
      const fault = world.faults.shift()?.();
      if (fault !== undefined) return Promise.reject(fault);
      told.push({ ids, by });
      refused.push(...arrivals.filter((arrival) => 'rejection' in arrival));
      return Promise.resolve(arrivals.map(endOf));
    },
  };
  const write = (_: object, records: readonly RejectedRecord[]): Promise<void> => {
    if (!world.isTopicThere) return Promise.reject(new KafkaUnavailable('not there'));
    rejected.push(...records.map(({ record, rejection }) => `${record.offset} ${rejection.code}`));
    return Promise.resolve();
  };
  const intake = new PartitionIntake({
    place: { topic: 't', partition: 0 },
    from: { topic: 't', ...(source !== undefined && { source }) },
    ...{ clock: { now: () => NOW }, log, door: () => door, rejected: { write } },
    onEnded: (ended) => heard.push(...ended),
  });
  return { intake, world, told, rejected, heard, refused, errors };
}

/** A message of this id; without one it is none. */
function message(offset: number, id?: string): KafkaMessage {
  const headers = { ce_specversion: '1.0', ce_source: 'web', ce_type: 'sale.completed', ce_id: id };
  const told = Object.entries({ ...headers, ce_time: '2026-11-01T08:00:00Z' }).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, Buffer.from(text)]],
  );
  const value = Buffer.from('{"saleId":"s","location":"east","lines":[{"sku":"A","quantity":1}]}');
  const times = { timestamp: String(NOW), offset: String(offset) };
  return { key: null, value, headers: Object.fromEntries(told), ...times } as unknown as KafkaMessage;
}

/** Of one record a chunk; they end at these positions of the log, one after the other. */
function intakeEndingAt(...positions: readonly number[]): PartitionIntake {
  const left = [...positions];
  const end = (): Ended => ({ outcome: 'accepted', position: left.shift()!, recordedAt: NOW });
  const door: MessageDoor = { accept: (arrivals) => Promise.resolve(arrivals.map(end)) };
  return new PartitionIntake({
    ...{ place: { topic: 't', partition: 0 }, from: { topic: 't' }, clock: { now: () => NOW }, log: silent },
    ...{ door: () => door, rejected: { write: () => Promise.resolve() }, onEnded: () => undefined },
  });
}

const recordOf = (timestamp: number): KafkaMessage =>
  ({
    ...{ key: null, value: Buffer.from('{}'), headers: {}, offset: '0' },
    timestamp: String(timestamp),
  }) as unknown as KafkaMessage;
const record = recordOf(NOW);

describe('the mark of a partition', () => {
  it('is the newest position of a message that has ended, and no repeat takes it back', async () => {
    const intake = intakeEndingAt(5, 3, 7);
    const positions: unknown[] = [];
    for (let next = 1; next <= 3; next++) {
      await intake.take([record], next);
      positions.push(intake.mark?.position);
    }
    expect(positions).toEqual([5, 5, 7]);
  });

  it('begins with what ended before the partition was ours', async () => {
    const intake = intakeEndingAt(3, 12);
    intake.beginsBehind({ mark: { position: 10, recordedAt: 8 } });
    await intake.take([record], 1);
    expect(intake.mark).toEqual({ position: 10, recordedAt: 8 });
    await intake.take([record], 2);
    expect(intake.mark).toEqual({ position: 12, recordedAt: NOW });
  });
});

describe('the newest time of a partition', () => {
  it('is the greatest timestamp of a record, and never falls behind where it began', async () => {
    const intake = intakeEndingAt(1, 2);
    intake.beginsBehind({ newestAt: NOW - 10 });
    await intake.take([recordOf(NOW - 20), recordOf(-1)], 2);
    expect(intake.newestAt).toBe(NOW - 10);
    await intake.take([recordOf(NOW - 5), recordOf(NOW - 7)], 4);
    expect(intake.newestAt).toBe(NOW - 5);
  });

  it('is little more than now where a producer’s clock is far ahead, so that later records count as newer', async () => {
    const intake = intakeEndingAt(1);
    await intake.take([recordOf(NOW * 2)], 1);
    expect(intake.newestAt).toBe(NOW + 300_000);
  });
});

describe('a partition', () => {
  const bug = (): Error => new TypeError('of nobody');
  const away = (): Error => new KafkaUnavailable('for now');

  it('has passed a record once it is in the journal and, if rejected, in the rejected topic', async () => {
    const { intake, told, rejected, heard } = partition({ source: 'web' });
    expect(intake.next).toBeUndefined();
    await intake.take([message(3, 'a'), message(4), message(5, 'b')], 7);
    expect(told).toEqual([{ ids: ['a', undefined, 'b'], by: { door: 'kafka:t', identity: 'web' } }]);
    expect(rejected).toEqual(['4 MISSING_FIELD']);
    expect(heard.map(({ outcome }) => outcome)).toEqual(['accepted', 'rejected', 'accepted']);
    expect(intake.next).toBe(7);
    await intake.take([message(7, 'c')], 8);
    expect([intake.next, rejected.length]).toEqual([8, 1]);
  });

  it('waits for the rejected topic, and writes each rejected record there once', async () => {
    const { intake, world, told, rejected } = partition();
    world.isTopicThere = false;
    await expect(intake.take([message(0), message(1, 'a')], 2)).rejects.toThrow('not there');
    await expect(intake.settle()).rejects.toThrow('not there');
    expect([intake.next, intake.hasTaken(2), intake.hasTaken(1)]).toEqual([undefined, true, false]);
    expect(intake.taken).toBe(2);
    world.isTopicThere = true;
    await intake.settle();
    await intake.settle();
    expect([intake.next, rejected, told.length]).toEqual([2, ['0 MISSING_FIELD'], 1]);
  });

  it('writes what the rejected topic lacks before it takes more', async () => {
    const { intake, world, told, rejected } = partition();
    world.isTopicThere = false;
    await expect(intake.take([message(0)], 1)).rejects.toThrow('not there');
    await expect(intake.take([message(1)], 2)).rejects.toThrow('not there');
    expect([told.length, intake.hasTaken(1), intake.hasTaken(2)]).toEqual([1, true, false]);
    world.isTopicThere = true;
    await intake.take([message(1)], 2);
    expect([intake.next, rejected]).toEqual([2, ['0 MISSING_FIELD', '1 MISSING_FIELD']]);
  });

  it('has taken nothing where the store does not serve, and takes the same records when given again', async () => {
    const { intake, world, rejected, heard, errors } = partition();
    world.faults.push(away);
    await expect(intake.take([message(0), message(1, 'a')], 2)).rejects.toThrow('for now');
    expect(errors).toEqual([]);
    await intake.settle();
    expect([intake.next, intake.hasTaken(2), rejected, heard]).toEqual([undefined, false, [], []]);
    await intake.take([message(0), message(1, 'a')], 2);
    expect([intake.next, rejected, heard.length]).toEqual([2, ['0 MISSING_FIELD'], 2]);
  });

  it('takes one chunk after the other, and is idle after the last, even if that failed', async () => {
    const { intake, world, told } = partition();
    world.faults.push(away);
    const failing = intake.take([message(0, 'a')], 1);
    const taken = intake.take([message(1, 'b')], 2);
    await expect(failing).rejects.toThrow('for now');
    await taken;
    world.faults.push(away);
    const last = intake.take([message(2, 'c')], 3);
    last.catch(() => undefined);
    await intake.idle;
    await expect(last).rejects.toThrow('for now');
    expect([intake.next, told.map(({ ids }) => ids)]).toEqual([2, [['b']]]);
  });

  it('rejects only the record on which a bug of ours fails, by its id, and takes the others', async () => {
    const { intake, world, told, rejected, refused, errors } = partition();
    world.faults.push(bug, () => undefined, bug);
    const records = [message(0, 'a'), message(1, 'b'), message(2, 'c')];
    await intake.take(records, 3);
    expect(told.map(({ ids }) => ids)).toEqual([['a'], ['b'], ['c']]);
    expect([intake.next, rejected]).toEqual([3, ['1 INTERNAL_ERROR']]);
    expect(refused).toMatchObject([{ source: 'web', id: 'b', raw: records[1]!.value }]);
    expect(errors).toEqual([expect.stringContaining('a bug in OnHand')]);
  });

  it('waits where the store goes away while it looks for the record on which a bug fails', async () => {
    const { intake, world, rejected } = partition();
    world.faults.push(bug, () => undefined, away);
    await expect(intake.take([message(0, 'a'), message(1, 'b')], 2)).rejects.toThrow('for now');
    expect([intake.next, intake.hasTaken(2), rejected]).toEqual([undefined, false, []]);
  });

  it.each([
    ['a picture that has failed', new ReadModelFailed('picture.db')],
    ['a stream that is damaged', new StreamDamaged('order-1', 'it was deleted')],
    ['a log that is damaged', new DataFileUnusable('events.db', 'it is damaged')],
  ])('is stopped by %s, rejects nothing, says so once, and goes on when that is mended', async (_, fault) => {
    const { intake, world, told, rejected, errors } = partition();
    const records = [message(0, 'a'), message(1, 'b')];
    world.faults.push(() => fault);
    await expect(intake.take(records, 2)).rejects.toThrow(fault);
    world.faults.push(
      bug,
      () => undefined,
      () => fault,
    );
    await expect(intake.take(records, 2)).rejects.toThrow(fault);
    expect([intake.next, intake.hasTaken(2), intake.lastingFault, rejected]).toEqual([
      undefined,
      false,
      fault,
      [],
    ]);
    expect(errors).toEqual([expect.stringContaining('needs an operator')]); // Once.
    await intake.take(records, 2);
    expect([intake.next, intake.lastingFault, rejected]).toEqual([2, undefined, []]);
    expect(told.map(({ ids }) => ids)).toEqual([['a'], ['a', 'b']]);
  });

  it('rejects only the record that is too large for the store, and takes the others', async () => {
    const { intake, world, rejected } = partition();
    const tooLarge = (): Error => new AppendTooLarge('too large');
    world.faults.push(tooLarge, () => undefined, tooLarge);
    await intake.take([message(0, 'a'), message(1, 'b')], 2);
    expect([intake.next, intake.lastingFault, rejected]).toEqual([2, undefined, ['1 INTERNAL_ERROR']]);
  });

  it('rejects a record that cannot be read because of a bug', async () => {
    const { intake, rejected, refused } = partition();
    const record = Object.defineProperty(message(0, 'a'), 'headers', {
      get: () => {
        throw new RangeError('of the client');
      },
    });
    await intake.take([record, message(1, 'b')], 2);
    expect([intake.next, rejected]).toEqual([2, ['0 INTERNAL_ERROR']]);
    expect(refused).toMatchObject([{ raw: record.value }]);
  });

  it('goes on from the offset that the log has', async () => {
    const { intake } = partition();
    intake.goOnFrom({ next: 5, newestAt: NOW + 1, mark: { position: 10, recordedAt: 8 } });
    expect(intake).toMatchObject({ next: 5, newestAt: NOW + 1, mark: { position: 10, recordedAt: 8 } });
    await intake.take([message(5, 'a')], 6);
    expect(intake).toMatchObject({ next: 6, newestAt: NOW + 1, mark: { position: 10, recordedAt: 8 } });
  });
});
