import { pause } from '#kernel';
import { Lane, type Wanted } from './lane.ts';
import type { Pace } from './pace.ts';
import { sizeOfSend } from './size-of-send.ts';
import type { Teller, Telling } from './teller.ts';
import { RecordTooLarge, type TopicLink } from './topic-link.ts';

/** Records of one send. */
const RECORDS_PER_SEND_MAX = 250;
/** Keys that may wait for a broker. If there are more none are kept: what is missing is found by reading the topic. */
export const WAITING_MAX = 100_000;
const FIRST_PAUSE_MS = 100;
const PAUSE_MS_MAX = 5_000;

/** Counted since the publisher was made, however often it began anew. */
interface LaneCounts {
  told: number;
  failed: number;
  tooLarge: number;
}

interface LanesParts {
  readonly link: TopicLink;
  readonly teller: Teller;
  readonly counts: LaneCounts;
  readonly pace?: Pace | undefined;
  /** Called before each send: if the process finds that it has slept it begins anew. */
  readonly beforeSend?: (() => void) | undefined;
  /** The offset below which all of the partition was read back. */
  readonly readThrough: (partition: number) => number;
  /** A send ended; `trouble` is undefined if it succeeded, else it is tried again. */
  readonly onSent: (partition: number, trouble: unknown) => void;
  /** A send was given an offset below records that were read before: the topic was made anew. */
  readonly onMadeAnew: (partition: number) => void;
  /** The record was refused for its size, and is not told. */
  readonly onTooLarge: (key: string, version: number) => void;
  /** A partition has nothing more to tell. */
  readonly onDrained: () => void;
}

/** What one topic is still to be told. Each partition has one send at a time, with the newest values at that moment. */
export class Lanes {
  readonly #parts: LanesParts;
  readonly #lanes: readonly Lane[];
  #waiting = 0;
  /** Keys found missing that still wait. Not keys that change meanwhile: the search for missing ones must come to its end. */
  readonly #missing = new Set<string>();
  /** Partitions that are being told. */
  readonly #draining = new Set<number>();
  #signal = AbortSignal.abort();

  constructor(partitions: number, parts: LanesParts) {
    this.#parts = parts;
    this.#lanes = Array.from({ length: partitions }, () => new Lane(parts.teller));
  }

  get partitions(): number {
    return this.#lanes.length;
  }

  /** How many keys have a newest value that is not known to be in the topic. */
  get pending(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.pending, 0);
  }

  get isAtRest(): boolean {
    return this.isIdle && this.#lanes.every((lane) => lane.isAtRest);
  }

  /** True while no send is under way. */
  get isIdle(): boolean {
    return this.#draining.size === 0;
  }

  get isFull(): boolean {
    return this.#waiting >= WAITING_MAX;
  }

  /** How many keys found missing still wait. */
  get missing(): number {
    return this.#missing.size;
  }

  /** Position of the oldest change that is not known to be in the topic; Infinity if there is none. */
  get oldest(): number {
    return Math.min(Infinity, ...this.#lanes.map(({ oldest }) => oldest));
  }

  /** From here on, until `signal` aborts, what is wanted is told. */
  begin(signal: AbortSignal): void {
    this.#signal = signal;
  }

  /** Forgets all that waits. */
  clear(): void {
    for (const lane of this.#lanes) lane.clear();
    this.#waiting = 0;
    this.#missing.clear();
  }

  /** True if this value, or a newer one, is still to be written or read back. */
  covers(partition: number, wanted: Wanted): boolean {
    return this.#lanes[partition]!.covers(wanted);
  }

  /** True if the key's newest value is still to be written or read back. */
  isPending(partition: number, key: string): boolean {
    return this.#lanes[partition]!.isPending(key);
  }

  want(partition: number, wanted: Wanted): void {
    this.#in(partition, (lane) => lane.want(wanted));
    this.#drainSoon(partition);
  }

  /** The same for a key that was found missing: `missing` counts it until it is on its way. */
  wantMissing(partition: number, wanted: Wanted): void {
    this.#missing.add(wanted.key);
    this.want(partition, wanted);
  }

  /** Queues these before all else. */
  wantFirst(partition: number, wanted: readonly Wanted[]): void {
    this.#in(partition, (lane) => lane.wantFirst(wanted));
    this.#drainSoon(partition);
  }

  /** The topic holds this version of the key now. Returns true if it is the one that we wrote last. */
  readBack(partition: number, key: string, version: number): boolean {
    return this.#lanes[partition]!.readBack(key, version);
  }

  /** Everything below `next` was read. Returns what was written there and was not found: it is lost. */
  lostBefore(partition: number, next: number): readonly Wanted[] {
    return this.#lanes[partition]!.lostBefore(next);
  }

  #in<Answer>(partition: number, change: (lane: Lane) => Answer): Answer {
    const lane = this.#lanes[partition]!;
    const before = lane.waiting;
    const answer = change(lane);
    this.#waiting += lane.waiting - before;
    return answer;
  }

  /** At the end of this turn, so that all changes of one event or page are sent together. */
  #drainSoon(partition: number): void {
    if (this.#draining.has(partition) || this.#signal.aborted) return;
    this.#draining.add(partition);
    const signal = this.#signal;
    queueMicrotask(() => {
      void this.#drain(partition, signal).finally(() => {
        this.#draining.delete(partition);
        this.#parts.onDrained();
      });
    });
  }

  async #drain(partition: number, signal: AbortSignal): Promise<void> {
    const { pace } = this.#parts;
    const lane = this.#lanes[partition]!;
    let pauseMs = FIRST_PAUSE_MS;
    while (lane.waiting > 0 && !signal.aborted) {
      await pace?.turn(partition, () => this.#mayWait(signal));
      const begun = performance.now();
      for (let left = lane.waiting; left > 0 && !signal.aborted; left -= RECORDS_PER_SEND_MAX) {
        if (await this.#tellNext(partition, signal)) pauseMs = FIRST_PAUSE_MS;
        else {
          await pause(pauseMs, signal, { ref: false });
          pauseMs = Math.min(PAUSE_MS_MAX, pauseMs * 2);
        }
      }
      pace?.told(partition, performance.now() - begun);
    }
  }

  #mayWait(signal: AbortSignal): boolean {
    return this.#waiting < WAITING_MAX / 2 && !signal.aborted;
  }

  /** One send. Returns true if it succeeded. */
  async #tellNext(partition: number, signal: AbortSignal): Promise<boolean> {
    const { beforeSend, counts, onSent } = this.#parts;
    beforeSend?.();
    if (signal.aborted) return true;
    const taken = this.#in(partition, (lane) => lane.take(RECORDS_PER_SEND_MAX));
    for (const { key } of taken) this.#missing.delete(key);
    const { untold, trouble } = await this.#tell(partition, taken);
    this.#in(partition, (lane) => lane.land(untold));
    if (trouble !== undefined) counts.failed++;
    onSent(partition, trouble);
    return trouble === undefined;
  }

  /** Returns what could not be told, in order. It may have been written all the same. */
  async #tell(
    partition: number,
    taken: readonly Wanted[],
  ): Promise<{ readonly untold: readonly Wanted[]; readonly trouble?: unknown }> {
    let left: readonly Telling[] | undefined;
    try {
      left = await this.#parts.teller.tellings(taken);
      while (left.length > 0) {
        const size = sizeOfSend(left);
        await this.#send(partition, left.slice(0, size));
        left = left.slice(size);
      }
      return { untold: [] };
    } catch (trouble) {
      return { untold: left ?? taken, trouble };
    }
  }

  async #send(partition: number, tellings: readonly Telling[]): Promise<void> {
    const { link, counts, readThrough, onMadeAnew } = this.#parts;
    try {
      const records = tellings.map(({ record }) => record);
      const read = readThrough(partition);
      const first = await link.send(partition, records);
      if (first < read) onMadeAnew(partition);
      counts.told += records.length;
      const written = tellings.map(({ key, version }, index) => ({ key, version, offset: first + index }));
      this.#lanes[partition]!.wrote(written);
    } catch (error) {
      if (!(error instanceof RecordTooLarge)) throw error;
      const half = Math.ceil(tellings.length / 2);
      if (tellings.length === 1) return this.#isTooLarge(tellings[0]!);
      await this.#send(partition, tellings.slice(0, half));
      await this.#send(partition, tellings.slice(half));
    }
  }

  #isTooLarge({ key, version }: Telling): void {
    this.#parts.counts.tooLarge++;
    this.#parts.onTooLarge(key, version);
  }
}
