import type { Batch, BatchResult } from './batch.ts';
import { Log } from './log.ts';

/** Passes batches on to the log, and their answers back, in order. */
export interface Writer {
  /** Position of the newest event when it was opened. */
  readonly head: number;
  /** How many batches may be under way at once. */
  readonly batchesMax: number;
  /** A batch of this many events is written at once, without waiting for the end of the turn of the event loop. */
  readonly eventsEnough: number;
  /** Never rejects: a failure is an answer. */
  write(batch: Batch): Promise<BatchResult>;
  /** Waits for the batches that are under way. */
  close(): Promise<void>;
}

/** Writes on the caller's own thread, and blocks it meanwhile. */
export class InlineWriter implements Writer {
  readonly head: number;
  readonly batchesMax = 1;
  /** Since a commit blocks the caller, all appends of a turn are in one commit. */
  readonly eventsEnough = Infinity;
  readonly #log: Log;

  constructor(file: string) {
    this.#log = new Log(file);
    this.head = this.#log.head;
  }

  write(batch: Batch): Promise<BatchResult> {
    return Promise.resolve(this.#log.write([batch])[0]!);
  }

  close(): Promise<void> {
    this.#log.close();
    return Promise.resolve();
  }
}
