import { mendAborted } from './aborted.ts';
import { mendCommits } from './commits.ts';
import { mendCoordinator } from './coordinator.ts';
import { mendCrc32c } from './crc32c.ts';
import { mendDeleted } from './deleted.ts';
import { mendJoining } from './joining.ts';
import { mendLargeBatches } from './large-batches.ts';
import { mendLeaderless } from './leaderless.ts';
import { mendRecordReader } from './record-reader.ts';
import { mendRecordWriter } from './record-writer.ts';
import { mendProduce } from './shared-produce.ts';
import { mendTimers } from './timers.ts';
import { mendUnreachable } from './unreachable.ts';

/** Makes every change to kafkajs that this folder has. Call it before the first client is made; further calls do nothing. */
export function mendClient(): void {
  // Replaced modules first: the client must not yet have loaded what requires them.
  mendRecordWriter();
  mendRecordReader();
  mendCrc32c();
  mendLargeBatches();
  mendProduce();
  mendTimers();
  mendJoining();
  mendCoordinator();
  mendCommits();
  mendAborted();
  mendDeleted();
  mendLeaderless();
  mendUnreachable();
}
