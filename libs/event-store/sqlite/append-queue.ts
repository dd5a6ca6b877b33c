import type { Clock } from '#kernel';
import { type Append, type AppendOutcome, StoreFull, StoreUnavailable } from '../src/index.ts';
import { AppendGroup } from './append-group.ts';
import type { AppendWritten, BatchResult, BatchWritten } from './batch.ts';
import { BatchBuilder, type Span } from './batch-builder.ts';
import { prepareAppends } from './prepare-append.ts';
import type { RecentEvents } from './recent-events.ts';
import type { UnsettledEvents } from './unsettled-events.ts';
import type { Writer } from './writer.ts';

/** How much may wait to be written; further appends are refused for now. */
const WAITING_EVENTS_MAX = 200_000;
const WAITING_BYTES_MAX = 256 * 1024 * 1024;

/**
 * Gathers the appends of one turn of the event loop, and those that come while the writer is busy, into batches: many
 * callers share one commit. What was committed is added to `recent` and `unsettled` before the callers are answered.
 */
export class AppendQueue {
  readonly #writer: Writer;
  readonly #clock: Clock;
  readonly #recent: RecentEvents;
  readonly #unsettled: UnsettledEvents;
  readonly #onCommitted: (bytes: number) => void;
  readonly #onStopped: (cause: unknown) => void;
  /** Oldest first. Only the last one still takes appends. */
  readonly #waiting: BatchBuilder[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #waitingEvents = 0;
  #waitingBytes = 0;
  #isSendDue = false;
  /** Once set, every further append is refused with it. */
  #refusal: StoreUnavailable | undefined;
  #hasStopped = false;

  constructor(parts: {
    writer: Writer;
    clock: Clock;
    recent: RecentEvents;
    unsettled: UnsettledEvents;
    /** Called after each batch, with the size of its JSON. */
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

  /** Resolves with the outcomes of all of them, in their order. */
  append(appends: readonly Append[]): Promise<readonly AppendOutcome[]> {
    return new Promise((resolve, reject) => {
      if (this.#refusal) throw this.#refusal;
      const prepared = prepareAppends(appends);
      if (this.#waitingEvents >= WAITING_EVENTS_MAX || this.#waitingBytes >= WAITING_BYTES_MAX) {
        throw new StoreUnavailable(
          `${this.#waitingEvents} events are already waiting to be written. Try again in a moment.`,
        );
      }
      if (appends.length === 0) resolve([]);
      else this.#wait(new AppendGroup(appends, prepared, { resolve, reject }));
    });
  }

  /** Resolves when all earlier appends are answered; later ones are refused. */
  async close(): Promise<void> {
    this.#refusal ??= new StoreUnavailable('The store is closed.');
    while (this.#waiting.length > 0 || this.#underWay.size > 0) {
      this.#send();
      await Promise.all(this.#underWay);
    }
    await this.#writer.close();
  }

  #wait(group: AppendGroup): void {
    let firstEvent = 0;
    for (let first = 0; first < group.appends.length;) {
      const batch = this.#waiting.at(-1) ?? this.#newBatch();
      const { bytes, eventCount } = batch;
      const span = batch.add(group, first, firstEvent);
      if (span.count === 0) this.#newBatch();
      first += span.count;
      firstEvent += batch.eventCount - eventCount;
      this.#waitingEvents += batch.eventCount - eventCount;
      this.#waitingBytes += batch.bytes - bytes;
    }
    if (this.#waiting.at(-1)!.eventCount >= this.#writer.eventsEnough) this.#send();
    else this.#sendSoon();
  }

  #newBatch(): BatchBuilder {
    const batch = new BatchBuilder();
    this.#waiting.push(batch);
    return batch;
  }

  /** Sends in the next turn, so that followers of the log and waiting callers run before the next commit. */
  #sendSoon(): void {
    if (this.#isSendDue || this.#waiting.length === 0) return;
    this.#isSendDue = true;
    setImmediate(() => {
      this.#isSendDue = false;
      this.#send();
    });
  }

  #send(): void {
    while (this.#underWay.size < this.#writer.batchesMax) {
      const batch = this.#waiting.shift();
      if (batch === undefined) return;
      this.#waitingEvents -= batch.eventCount;
      this.#waitingBytes -= batch.bytes;
      const underWay: Promise<void> = this.#writer.write(batch.finish(this.#clock.now())).then((result) => {
        this.#underWay.delete(underWay);
        this.#settle(batch.spans, result);
        if (result.outcome === 'committed') this.#onCommitted(batch.bytes);
        this.#sendSoon();
      });
      this.#underWay.add(underWay);
    }
  }

  #settle(spans: readonly Span[], result: BatchResult): void {
    switch (result.outcome) {
      case 'committed':
        return this.#answer(spans, result);
      case 'refused':
        return refuse(spans, toFault(result));
      case 'unknown':
        this.stop(result.cause);
        return leaveOpen(spans, result.cause);
      case 'stopped':
        return refuse(spans, this.stop(result.cause));
    }
  }

  #answer(spans: readonly Span[], written: BatchWritten): void {
    let next = 0;
    for (const span of spans) {
      this.#take(span, next, written);
      next += span.count;
    }
    this.#unsettled.settledThrough(written.settledThrough);
    this.#recent.moveTo(written.head);
    for (const { group, count } of spans) group.end(count);
  }

  /** Sets the outcomes of a span's appends, whose results begin at index `next`. */
  #take({ group, first, count, firstEvent }: Span, next: number, written: BatchWritten): void {
    const { appends: results, streamIds, recordedAt } = written;
    let event = firstEvent;
    for (let index = 0; index < count; index++) {
      const append = group.appends[first + index]!;
      const { expectedRevision, events } = append;
      const result = results[next + index]!;
      group.set(first + index, toOutcome(append, result, recordedAt));
      if (typeof result === 'number') {
        this.#recent.add(append, { position: result, recordedAt }, group.prepared.data, event);
        const streamId = streamIds[next + index]!;
        for (let offset = 0; offset < events.length; offset++) {
          this.#unsettled.add(streamId, expectedRevision + 1 + offset, result + offset);
        }
      }
      event += events.length;
    }
  }

  /** Refuses the waiting batches: they were not sent to the writer, so they were certainly not written. */
  stop(cause: unknown): StoreUnavailable {
    const fault = new StoreUnavailable('The log has stopped after a failed write. Restart OnHand.', {
      cause,
    });
    if (this.#hasStopped) return fault;
    this.#hasStopped = true;
    this.#refusal = fault;
    for (const batch of this.#waiting.splice(0)) refuse(batch.spans, fault);
    this.#onStopped(cause);
    return fault;
  }
}

function toFault({ reason, cause }: BatchResult & { outcome: 'refused' }): Error {
  return reason === 'full'
    ? new StoreFull('The disk is full, and nothing was written. Free some space, then send it again.', {
        cause,
      })
    : new StoreUnavailable('Another program has locked the file of the log. Close that program.', { cause });
}

function toOutcome(append: Append, written: AppendWritten, recordedAt: number): AppendOutcome {
  const revision = append.expectedRevision + append.events.length;
  if (typeof written === 'number') {
    return { outcome: 'written', revision, positions: positionsFrom(written, append), recordedAt };
  }
  if (written.outcome === 'conflict') return written;
  return { outcome: 'written', revision, positions: written.positions, recordedAt: written.recordedAt };
}

const positionsFrom = (first: number, { events }: Append): number[] =>
  events.length === 1 ? [first] : events.map((_, index) => first + index);

function refuse(spans: readonly Span[], fault: Error): void {
  for (const { group, count } of spans) group.end(count, fault);
}

function leaveOpen(spans: readonly Span[], cause: unknown): void {
  for (const { group, first, count } of spans) {
    for (let index = first; index < first + count; index++) group.set(index, { outcome: 'unknown', cause });
    group.end(count);
  }
}
