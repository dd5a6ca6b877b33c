import type { Clock } from '#kernel';
import { type AppendOutcome, type NewEvent, StoreFull, StoreUnavailable } from '../src/index.ts';
import type { AppendWritten, BatchResult, BatchWritten } from './batch.ts';
import { BatchBuilder, type WaitingAppend } from './batch-builder.ts';
import { prepareAppend } from './prepare-append.ts';
import type { RecentEvents } from './recent-events.ts';
import type { UnsettledEvents } from './unsettled-events.ts';
import type { Writer } from './writer.ts';

/** What may wait to be written before callers are told to come back later. */
const WAITING_EVENTS_MAX = 200_000;
const WAITING_BYTES_MAX = 256 * 1024 * 1024;

/**
 * Gathers the appends of one turn of the event loop, and those that come while the writer is busy, into
 * batches: many callers share one commit. Tells `recent` and `unsettled` of what was committed before it answers.
 */
export class AppendQueue {
  readonly #writer: Writer;
  readonly #clock: Clock;
  readonly #recent: RecentEvents;
  readonly #unsettled: UnsettledEvents;
  readonly #onCommitted: (bytes: number) => void;
  readonly #onStopped: (cause: unknown) => void;
  /** Oldest first; only the last one still takes appends. */
  readonly #waiting: BatchBuilder[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #waitingEvents = 0;
  #waitingBytes = 0;
  #isSendDue = false;
  /** What every further append is answered. */
  #refusal: StoreUnavailable | undefined;
  #hasStopped = false;

  constructor(parts: {
    writer: Writer;
    clock: Clock;
    recent: RecentEvents;
    unsettled: UnsettledEvents;
    /** Called after each batch with the length of its JSON. */
    onCommitted: (bytes: number) => void;
    /** Called once, when the log has stopped for good. */
    onStopped: (cause: unknown) => void;
  }) {
    this.#writer = parts.writer;
    this.#clock = parts.clock;
    this.#recent = parts.recent;
    this.#unsettled = parts.unsettled;
    this.#onCommitted = parts.onCommitted;
    this.#onStopped = parts.onStopped;
  }

  append(stream: string, expectedRevision: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    return new Promise((resolve, reject) => {
      if (this.#refusal) throw this.#refusal;
      const { ids, data, bytes } = prepareAppend(stream, expectedRevision, events);
      if (this.#waitingEvents >= WAITING_EVENTS_MAX || this.#waitingBytes >= WAITING_BYTES_MAX) {
        throw new StoreUnavailable(`${this.#waitingEvents} events already wait to be written.`);
      }
      this.#wait({ stream, expectedRevision, events, ids, data, bytes, resolve, reject });
    });
  }

  /** Everything asked for before is answered when it resolves; what is asked for after is refused. */
  async close(): Promise<void> {
    this.#refusal ??= new StoreUnavailable('The store is closed.');
    while (this.#waiting.length > 0 || this.#underWay.size > 0) {
      this.#send();
      await Promise.all(this.#underWay);
    }
    await this.#writer.close();
  }

  #wait(append: WaitingAppend): void {
    let batch = this.#waiting.at(-1);
    if (batch === undefined || !batch.hasRoomFor(append)) {
      batch = new BatchBuilder();
      this.#waiting.push(batch);
    }
    batch.add(append);
    this.#waitingEvents += append.events.length;
    this.#waitingBytes += append.bytes;
    this.#sendSoon();
  }

  /** In the next turn: those who follow the log, or wait for an answer, have theirs before the next commit. */
  #sendSoon(): void {
    if (this.#isSendDue || this.#waiting.length === 0) return;
    this.#isSendDue = true;
    setImmediate(() => this.#send());
  }

  #send(): void {
    this.#isSendDue = false;
    while (this.#underWay.size < this.#writer.batchesMax) {
      const batch = this.#waiting.shift();
      if (batch === undefined) return;
      this.#waitingEvents -= batch.eventCount;
      this.#waitingBytes -= batch.bytes;
      const underWay: Promise<void> = this.#writer.write(batch.finish(this.#clock.now())).then((result) => {
        this.#underWay.delete(underWay);
        this.#settle(batch.appends, result);
        if (result.outcome === 'committed') this.#onCommitted(batch.bytes);
        this.#sendSoon();
      });
      this.#underWay.add(underWay);
    }
  }

  #settle(appends: readonly WaitingAppend[], result: BatchResult): void {
    switch (result.outcome) {
      case 'committed':
        return this.#answer(appends, result);
      case 'refused':
        return refuse(appends, toFault(result));
      case 'unknown':
        this.stop(result.cause);
        for (const { resolve } of appends) resolve({ outcome: 'unknown', cause: result.cause });
        return;
      case 'stopped':
        return refuse(appends, this.stop(result.cause));
    }
  }

  #answer(appends: readonly WaitingAppend[], written: BatchWritten): void {
    const { appends: results, streamIds, recordedAt, head, settledThrough } = written;
    for (let index = 0; index < appends.length; index++) {
      const first = results[index]!;
      if (typeof first !== 'number') continue;
      const append = appends[index]!;
      const { stream, expectedRevision, events } = append;
      this.#recent.add(append, first, recordedAt);
      const place = { revision: expectedRevision + 1, position: first };
      this.#unsettled.add(stream, streamIds[index]!, place, events.length);
    }
    this.#unsettled.settledThrough(settledThrough);
    this.#recent.moveTo(head);
    for (let index = 0; index < appends.length; index++) {
      const append = appends[index]!;
      append.resolve(toOutcome(append, results[index]!, recordedAt));
    }
  }

  /** What was not handed to the writer yet was certainly not written. */
  stop(cause: unknown): StoreUnavailable {
    const fault = new StoreUnavailable('The log has stopped after a failed write.', { cause });
    if (this.#hasStopped) return fault;
    this.#hasStopped = true;
    this.#refusal = fault;
    for (const batch of this.#waiting.splice(0)) refuse(batch.appends, fault);
    this.#onStopped(cause);
    return fault;
  }
}

function toFault({ reason, cause }: BatchResult & { outcome: 'refused' }): Error {
  return reason === 'full'
    ? new StoreFull('No room left on the disk: nothing was written.', { cause })
    : new StoreUnavailable('Another program holds the file of the log.', { cause });
}

function toOutcome(append: WaitingAppend, written: AppendWritten, recordedAt: number): AppendOutcome {
  const revision = append.expectedRevision + append.events.length;
  if (typeof written === 'number') {
    const positions = append.events.map((_, index) => written + index);
    return { outcome: 'written', revision, positions, recordedAt };
  }
  if (written.outcome === 'conflict') return written;
  return { outcome: 'written', revision, positions: written.positions, recordedAt: written.recordedAt };
}

function refuse(appends: readonly WaitingAppend[], fault: Error): void {
  for (const { reject } of appends) reject(fault);
}
