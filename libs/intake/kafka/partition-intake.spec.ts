import type { KafkaMessage } from 'kafkajs';
import type { Ended, MessageDoor } from './event-topic.ts';
import { PartitionIntake } from './partition-intake.ts';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const NOW = 1_795_324_617_597;

/** Of one record a chunk; they end at these positions of the log, one after the other. */
function intakeEndingAt(...positions: readonly number[]): PartitionIntake {
  const left = [...positions];
  const end = (): Ended => ({ outcome: 'accepted', position: left.shift()!, recordedAt: NOW });
  const door: MessageDoor = { accept: (arrivals) => Promise.resolve(arrivals.map(end)) };
  return new PartitionIntake({
    ...{ place: { topic: 't', partition: 0 }, from: { topic: 't' }, clock: { now: () => NOW }, log },
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
  it('is of the newest of what has ended, and no repeat takes it back', async () => {
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
  it('is the greatest that a record bears, whatever it began behind', async () => {
    const intake = intakeEndingAt(1, 2);
    intake.beginsBehind({ newestAt: NOW - 10 });
    await intake.take([recordOf(NOW - 20), recordOf(-1)], 2);
    expect(intake.newestAt).toBe(NOW - 10);
    await intake.take([recordOf(NOW - 5), recordOf(NOW - 7)], 4);
    expect(intake.newestAt).toBe(NOW - 5);
  });

  it('is little more than now where a clock is far ahead: what comes later is seen to be newer', async () => {
    const intake = intakeEndingAt(1);
    await intake.take([recordOf(NOW * 2)], 1);
    expect(intake.newestAt).toBe(NOW + 300_000);
  });
});
