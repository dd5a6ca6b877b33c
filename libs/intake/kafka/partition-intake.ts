import type { KafkaMessage } from 'kafkajs';
import { AppendTooLarge } from '#event-store';
import { type Arrival, arrivalName, type Rejection } from '#inventory';
import { BatchUnreadable } from '#kafka';
import { Fault, type Instant } from '#kernel';
import type { ConsumptionParts } from './consumption-parts.ts';
import type { Ended, EventTopic } from './event-topic.ts';
import type { OwnOffset } from './own-offsets.ts';
import { readRecord } from './read-record.ts';
import type { Place, RejectedRecord, RejectedTopic } from './rejected-topic.ts';
import type { LogMark } from './start-offset.ts';

interface PartitionParts extends Pick<ConsumptionParts, 'door' | 'clock' | 'log' | 'onEnded'> {
  readonly place: Place;
  readonly from: EventTopic;
  readonly rejected: Pick<RejectedTopic, 'write'>;
}

/** How far a producer's clock may be ahead of ours. */
const AHEAD_MS_MAX = 300_000;
const NOTHING = Buffer.alloc(0);
const INTERNAL: Rejection = {
  code: 'INTERNAL_ERROR',
  detail:
    'An error inside OnHand stopped this record. The record is kept: report it to the operator of OnHand.',
};

/**
 * Takes one partition into the journal, in order. The partition has passed a rejected record only once that is in the
 * rejected topic too.
 */
export class PartitionIntake {
  readonly #parts: PartitionParts;
  #busy: Promise<unknown> = Promise.resolve();
  /** Rejected records that are not in the rejected topic yet. */
  #owed: readonly RejectedRecord[] = [];
  #owedThrough = 0;
  #next: number | undefined;
  #mark: LogMark | undefined;
  #newestAt: Instant | undefined;
  #lastingFault: Fault | undefined;

  constructor(parts: PartitionParts) {
    this.#parts = parts;
  }

  get place(): Place {
    return this.#parts.place;
  }

  /** Everything before this offset has ended, durably; undefined before the first record. */
  get next(): number | undefined {
    return this.#next;
  }

  /** Everything before this offset is in the journal; at most the rejected topic lacks some of it, which we still owe. */
  get taken(): number | undefined {
    return this.#owed.length > 0 ? this.#owedThrough : this.#next;
  }

  /** Log position of the newest message that has ended, now or before the partition was ours. */
  get mark(): LogMark | undefined {
    return this.#mark;
  }

  /** The greatest timestamp of a record; one far in the future counts as little more than now. */
  get newestAt(): Instant | undefined {
    return this.#newestAt;
  }

  /** The fault of its last records, if it does not pass by itself: somebody has to mend it. */
  get lastingFault(): Fault | undefined {
    return this.#lastingFault;
  }

  /** Sets where to go on, before the first record. */
  goOnFrom(own: OwnOffset): void {
    this.#next = own.next;
    this.beginsBehind(own);
  }

  /**
   * Starts from the mark of what ended before the partition was ours. Otherwise a repeat, which has the position of its first
   * copy, could be the only mark: an older log that has that copy would seem to have everything that came later.
   */
  beginsBehind({ mark, newestAt }: Partial<Pick<OwnOffset, 'mark' | 'newestAt'>>): void {
    if (mark !== undefined && mark.position > (this.#mark?.position ?? 0)) this.#mark = mark;
    if (newestAt !== undefined && newestAt > (this.#newestAt ?? 0)) this.#newestAt = newestAt;
  }

  /** Resolves when no record is on its way into the journal. */
  get idle(): Promise<unknown> {
    return this.#busy.catch(() => undefined);
  }

  /**
   * Takes consecutive records; `next` is the offset after them. Throws a Fault if the store or the rejected topic does not
   * serve: then call `settle`, and give again what has not ended.
   */
  take(records: readonly KafkaMessage[], next: number): Promise<void> {
    return this.#turn(async () => {
      await this.#payOwed();
      const arrivals = records.map((record) => this.#read(record));
      const ended = await this.#accept(arrivals);
      this.#lastingFault = undefined;
      this.#parts.onEnded(ended);
      this.#remember(ended);
      this.#rememberTimes(records);
      this.#owed = records.flatMap((record, index) => rejectedRecord(record, ended[index]!));
      this.#owedThrough = next;
      await this.#payOwed();
      this.#next = next;
    });
  }

  /** Writes to the rejected topic what is missing there. Throws KafkaUnavailable. */
  settle(): Promise<void> {
    return this.#turn(() => this.#payOwed());
  }

  /** True if the records before `next` are in the journal, and at most the rejected topic lacks some. */
  hasTaken(next: number): boolean {
    return this.#owedThrough === next || (this.#next ?? 0) === next;
  }

  #turn(work: () => Promise<void>): Promise<void> {
    const mine = this.#busy.then(work, work);
    this.#busy = mine;
    return mine;
  }

  async #payOwed(): Promise<void> {
    if (this.#owed.length === 0) return;
    await this.#parts.rejected.write(this.place, this.#owed);
    this.#owed = [];
    this.#next = this.#owedThrough;
  }

  #read(record: KafkaMessage): Arrival {
    try {
      return readRecord(record, this.#parts.clock.now());
    } catch (error) {
      if (error instanceof BatchUnreadable) throw this.#noted(error);
      return this.#broken(record.value ?? NOTHING, error);
    }
  }

  async #accept(arrivals: readonly Arrival[]): Promise<readonly Ended[]> {
    try {
      return await this.#tell(arrivals);
    } catch (error) {
      if (isNoFaultOfIt(error)) throw this.#noted(error);
      return this.#acceptEach(arrivals);
    }
  }

  /** Takes them one by one, after a bug of ours failed on one of them: only that one is rejected. */
  async #acceptEach(arrivals: readonly Arrival[]): Promise<Ended[]> {
    const ended: Ended[] = [];
    for (const arrival of arrivals) {
      try {
        ended.push(...(await this.#tell([arrival])));
      } catch (error) {
        if (isNoFaultOfIt(error)) throw this.#noted(error);
        ended.push(...(await this.#tell([this.#broken(arrival.raw, error, arrivalName(arrival))])));
      }
    }
    return ended;
  }

  #tell(arrivals: readonly Arrival[]): Promise<readonly Ended[]> {
    const { topic, source } = this.#parts.from;
    const door = `kafka:${topic}`;
    return this.#parts.door().accept(arrivals, source === undefined ? { door } : { door, identity: source });
  }

  /** Logged only once, though the partition is tried again and again. */
  #noted(fault: Fault): Fault {
    const before = this.#lastingFault;
    this.#lastingFault = fault.retriable ? undefined : fault;
    if (!fault.retriable && fault.message !== before?.message) {
      this.#parts.log.error({ ...this.place, err: fault }, 'the partition is stopped and needs an operator');
    }
    return fault;
  }

  #broken(raw: Uint8Array, err: unknown, name: object = {}): Arrival {
    this.#parts.log.error(
      { ...this.place, err },
      'a bug in OnHand kept a record from being taken: it is rejected',
    );
    return { rejection: INTERNAL, raw, ...name };
  }

  #remember(ended: readonly Ended[]): void {
    for (const { position, recordedAt } of ended) this.beginsBehind({ mark: { position, recordedAt } });
  }

  #rememberTimes(records: readonly KafkaMessage[]): void {
    const latest = this.#parts.clock.now() + AHEAD_MS_MAX;
    for (const { timestamp } of records) this.beginsBehind({ newestAt: Math.min(Number(timestamp), latest) });
  }
}

/** True if it is a Fault that does not depend on the record. Only "too large" does. */
const isNoFaultOfIt = (error: unknown): error is Fault =>
  error instanceof Fault && !(error instanceof AppendTooLarge);

const rejectedRecord = (record: KafkaMessage, { outcome, error }: Ended): RejectedRecord[] =>
  outcome === 'rejected' && error !== undefined ? [{ record, rejection: error }] : [];
