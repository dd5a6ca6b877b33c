import type { Batch, BatchResult } from './batch.ts';
import { Log } from './log.ts';

/** Carries batches to the log and brings the answers back, in order. */
export interface Writer {
  /** Position of the newest event when it was opened. */
  readonly head: number;
  /** How many batches may be on their way at once. */
  readonly batchesMax: number;
  /** A batch of this many events is handed over at once, in the middle of a turn of the event loop. */
  readonly eventsEnough: number;
  /** Never rejects: a failure is an answer. */
  write(batch: Batch): Promise<BatchResult>;
  /** After the batches on their way. */
  close(): Promise<void>;
}

/** Writes on the caller's own thread, and blocks it meanwhile. */
export class InlineWriter implements Writer {
  readonly head: number;
  readonly batchesMax = 1;
  /** Whoever is blocked meanwhile should not be so in the middle of something: all of a turn in one commit. */
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
