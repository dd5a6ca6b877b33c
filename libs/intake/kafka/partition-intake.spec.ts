import type { KafkaMessage } from 'kafkajs';
import type { Ended, MessageDoor } from './event-topic.ts';
import { PartitionIntake } from './partition-intake.ts';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const NOW = 9;

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

const record = { key: null, value: Buffer.from('{}'), headers: {}, offset: '0' } as unknown as KafkaMessage;

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
    intake.beginsBehind({ position: 10, recordedAt: 8 });
    await intake.take([record], 1);
    expect(intake.mark).toEqual({ position: 10, recordedAt: 8 });
    await intake.take([record], 2);
    expect(intake.mark).toEqual({ position: 12, recordedAt: NOW });
  });
});
