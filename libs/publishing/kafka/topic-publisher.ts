import { setTimeout as pause } from 'node:timers/promises';
import { AnsweringLink } from './answering-link.ts';
import { Division } from './division.ts';
import { Lane, type Wanted } from './lane.ts';
import { leaderlessOf, mustHaveLeaders } from './leaderless.ts';
import type { Pace } from './pace.ts';
import { partitionOf } from './partition-of.ts';
import { ReadBack, TopicMadeAnew } from './read-back.ts';
import { sizeOfSend } from './size-of-send.ts';
import type { Held, Teller, Telling } from './teller.ts';
import type { TopicFigures, TopicState } from './topic-figures.ts';
import { type Extent, RecordTooLarge, type TopicLink } from './topic-link.ts';

/** Records of one send. */
const RECORDS_PER_SEND_MAX = 250;
/** Keys that may wait for a broker; beyond it none is kept, and what is missing is found again in the topic. */
export const WAITING_MAX = 100_000;
/** More is looked for while fewer of those that were found missing wait. */
const MISSING_WAITING_LOW = 2_000;
/** How often it is looked whether the topic still is what was read. */
const LOOK_EVERY_MS = 10_000;
const FIRST_PAUSE_MS = 100;
const PAUSE_MS_MAX = 5_000;

interface TopicPublisherParts {
  readonly link: TopicLink;
  readonly teller: Teller;
  /** Something that passes, or that somebody must mend: it is tried again. */
  readonly onTrouble: (trouble: unknown) => void;
  /** It is refused for its size, and is not told. */
  readonly onTooLarge: (key: string, version: number) => void;
  readonly pace?: Pace;
  /** Called before each send: whoever finds that he has slept calls `beginAgain`. */
  readonly beforeSend?: () => void;
  readonly lookEveryMs?: number;
  /** Whoever has not answered for longer hangs. */
  readonly answerMsMax?: number;
}

/**
 * Keeps one compacted topic as it should be. What the topic holds is read from its start, what is missing is
 * told, then every change. All that is written is read back: a key that was lost, or that somebody who had
 * slept wrote an older value over, is told again.
 */
export class TopicPublisher {
  readonly #parts: TopicPublisherParts;
  readonly #link: AnsweringLink;
  #lanes: readonly Lane[] = [];
  #readBack: ReadBack | undefined;
  #state: TopicState = 'starting';
  /** From one look for what is missing to the next. What belongs to an earlier era is given up. */
  #era = new AbortController();
  #erasAsked = 0;
  /** True while all that changes comes by `changed`. */
  #isLive = false;
  /** True from the look for what is missing on: what changes behind it would be missed. */
  #isHearing = false;
  /** True from when a topic was found to be another than was read until all has been told to it. */
  #isAnew = false;
  /** Partitions that nobody led when it was last asked. */
  #leaderless: ReadonlySet<number> = new Set();
  /** True from when more waited than may until the topic has been looked through anew. */
  #isOverfull = false;
  #division: Division;
  #added: Error | undefined;
  #endRun: (reason: TopicMadeAnew) => void = () => undefined;
  #waiting = 0;
  /** Keys found missing that wait. What changes meanwhile is not among them: it must not keep the look from its end. */
  readonly #missingWaiting = new Set<string>();
  /** Partitions at work. */
  readonly #draining = new Set<number>();
  readonly #counts = { told: 0, toldAgain: 0, failed: 0, tooLarge: 0 };
  #wake: () => void = () => undefined;

  constructor(parts: TopicPublisherParts) {
    this.#parts = parts;
    this.#link = new AnsweringLink(parts.link, parts.answerMsMax);
    this.#division = new Division(this.#link.topic, 0);
    this.#era.abort();
  }

  get state(): TopicState {
    return this.#state === 'telling' && this.#link.trouble !== undefined ? 'waiting' : this.#state;
  }

  /** What somebody should look at, in words; undefined where all is as it should be. */
  get trouble(): string | undefined {
    return this.#link.trouble ?? this.#added?.message;
  }

  get figures(): TopicFigures {
    return { ...this.#counts, pending: this.#lanes.reduce((sum, lane) => sum + lane.pending, 0) };
  }

  /** True if the topic was read and holds everything that was wanted so far. */
  get isAtRest(): boolean {
    return this.#isLive && this.#draining.size === 0 && this.#lanes.every((lane) => lane.isAtRest);
  }

  /** Of everything that changed through `now`, up to where it stands in the topic; undefined while that is found out. */
  heldThrough(now: number): number | undefined {
    if (!this.#isLive) return undefined;
    return Math.min(now, ...this.#lanes.map(({ oldest }) => oldest - 1));
  }

  /** A value changed. It costs next to nothing until the topic has been read to its end. */
  changed(change: Wanted): void {
    if (!this.#isHearing || !this.#parts.teller.isNews(change)) return;
    if (this.#waiting < WAITING_MAX) return this.#want(change);
    this.#isOverfull = true;
    this.beginAgain();
  }

  /** Looks anew for what is missing: what is to be told may be another now. */
  beginAgain(): void {
    this.#erasAsked++;
    this.#isLive = false;
    this.#isHearing = false;
    this.#era.abort();
    this.#wake();
  }

  /** Until `signal` aborts. Throws what the link and the store throw: call it again. */
  async run(signal: AbortSignal): Promise<void> {
    const ending = new AbortController();
    const ends = AbortSignal.any([signal, ending.signal]);
    this.#state = 'starting';
    const extents = await this.#extents();
    mustHaveLeaders(this.#link.topic, extents);
    this.#division = new Division(this.#link.topic, extents.length);
    this.#lanes = extents.map(() => new Lane(this.#parts.teller));
    this.#parts.teller.forget();
    this.#readBack = this.#openReadBack(extents.length);
    this.#readBack.expect(extents);
    const { promise: madeAnew, reject } = Promise.withResolvers<never>();
    this.#endRun = reject;
    const parts = [this.#link.follow(this.#readBack, ends), this.#keepTelling(ends), this.#watch(ends)];
    try {
      await Promise.race([...parts, madeAnew]);
    } catch (error) {
      this.#isAnew ||= error instanceof TopicMadeAnew;
      throw error;
    } finally {
      ending.abort();
      this.beginAgain();
      await Promise.allSettled(parts);
      await this.#until(() => this.#draining.size === 0);
    }
  }

  /** A topic that nobody writes to brings no record that would tell that it is another. */
  async #watch(signal: AbortSignal): Promise<void> {
    const { lookEveryMs = LOOK_EVERY_MS } = this.#parts;
    while (!signal.aborted) {
      await pause(lookEveryMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) this.#readBack!.check(await this.#extents().catch(() => []));
    }
  }

  async #extents(): Promise<readonly (Extent | undefined)[]> {
    const extents = await this.#link.extents();
    this.#mindAdded(extents.length);
    return extents;
  }

  #mindAdded(partitions: number): void {
    this.#added = this.#division.added(partitions);
    if (this.#added !== undefined) this.#parts.onTrouble(this.#added);
  }

  #openReadBack(partitions: number): ReadBack {
    return new ReadBack(partitions, {
      holds: (held, version) => this.#holds(held, version),
      passed: (partition) => this.#lookForLost(partition),
      current: () => this.#wake(),
      again: () => this.beginAgain(),
    });
  }

  async #keepTelling(signal: AbortSignal): Promise<void> {
    const leave = (): void => this.#wake();
    signal.addEventListener('abort', leave);
    for (let readFor = this.#erasAsked; !signal.aborted;) {
      await this.#until(() => signal.aborted || this.#readBack!.isCurrent);
      if (readFor === this.#erasAsked) {
        const era = new AbortController();
        this.#era = era;
        await this.#tellFrom(AbortSignal.any([signal, era.signal]));
        await this.#until(() => this.#draining.size === 0);
        for (const lane of this.#lanes) lane.clear();
        this.#waiting = 0;
        this.#missingWaiting.clear();
      }
      // Whoever had a shard before may have written until now.
      readFor = this.#erasAsked;
      if (!signal.aborted) await this.#lookThrough();
    }
    signal.removeEventListener('abort', leave);
  }

  /** One without a leader keeps none of the others from being told, but for more than may wait for it. */
  async #lookThrough(): Promise<void> {
    const extents = await this.#extents();
    if (this.#isOverfull) mustHaveLeaders(this.#link.topic, extents);
    this.#isOverfull = false;
    this.#leaderless = leaderlessOf(extents);
    this.#readBack!.expect(extents);
  }

  /** What is missing, then what changes, until the era ends. */
  async #tellFrom(signal: AbortSignal): Promise<void> {
    const { teller } = this.#parts;
    this.#division.settle();
    this.#mindAdded(this.#lanes.length);
    teller.begin(this.#division.among, this.#isAnew);
    this.#isHearing = !signal.aborted;
    while (!signal.aborted) {
      const missing = teller.missing();
      if (missing === undefined) {
        // In this very turn: what changes from here on comes by `changed`.
        this.#isLive = true;
        this.#isAnew = false;
        this.#state = 'telling';
        return this.#until(() => signal.aborted);
      }
      for (const each of await missing) if (!this.#laneOf(each).covers(each)) this.#wantMissing(each);
      await this.#until(() => signal.aborted || this.#missingWaiting.size < MISSING_WAITING_LOW);
    }
  }

  #partitionOf(key: string): number {
    return partitionOf(key, this.#division.among);
  }

  #laneOf({ key }: Wanted): Lane {
    return this.#lanes[this.#partitionOf(key)]!;
  }

  #want(wanted: Wanted): void {
    const partition = this.#partitionOf(wanted.key);
    this.#inLane(partition, (lane) => lane.want(wanted));
    this.#drainSoon(partition);
  }

  #wantMissing(wanted: Wanted): void {
    // What cannot be told now must not keep the look from its end.
    if (!this.#leaderless.has(this.#partitionOf(wanted.key))) this.#missingWaiting.add(wanted.key);
    this.#want(wanted);
  }

  /** Something in the topic is not as it should be. */
  #wantAgain(partition: number, wanted: readonly Wanted[]): void {
    if (wanted.length === 0) return;
    this.#counts.toldAgain += wanted.length;
    this.#inLane(partition, (lane) => lane.wantFirst(wanted));
    this.#drainSoon(partition);
  }

  #inLane<Answer>(partition: number, change: (lane: Lane) => Answer): Answer {
    const lane = this.#lanes[partition]!;
    const before = lane.waiting;
    const answer = change(lane);
    this.#waiting += lane.waiting - before;
    return answer;
  }

  /** When this turn is over: all that one event or page changes goes together. */
  #drainSoon(partition: number): void {
    if (this.#draining.has(partition) || this.#era.signal.aborted) return;
    this.#draining.add(partition);
    const { signal } = this.#era;
    queueMicrotask(() => {
      void this.#drain(partition, signal).finally(() => {
        this.#draining.delete(partition);
        this.#wake();
      });
    });
  }

  /** One send at a time, with the newest values as they are then. */
  async #drain(partition: number, signal: AbortSignal): Promise<void> {
    const lane = this.#lanes[partition]!;
    let pauseMs = FIRST_PAUSE_MS;
    while (lane.waiting > 0 && !signal.aborted) {
      await this.#parts.pace?.turn(partition, () => this.#mayWait(signal));
      const begun = performance.now();
      for (let left = lane.waiting; left > 0 && !signal.aborted; left -= RECORDS_PER_SEND_MAX) {
        const trouble = await this.#tellNext(partition, signal);
        if (trouble === undefined) pauseMs = FIRST_PAUSE_MS;
        else {
          await pause(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
          pauseMs = Math.min(PAUSE_MS_MAX, pauseMs * 2);
        }
      }
      this.#parts.pace?.told(partition, performance.now() - begun);
    }
  }

  #mayWait(signal: AbortSignal): boolean {
    return this.#waiting < WAITING_MAX / 2 && !signal.aborted;
  }

  /** One send. Answers what stood in its way. */
  async #tellNext(partition: number, signal: AbortSignal): Promise<unknown> {
    this.#parts.beforeSend?.();
    if (signal.aborted) return undefined;
    const taken = this.#inLane(partition, (lane) => lane.take(RECORDS_PER_SEND_MAX));
    for (const { key } of taken) this.#missingWaiting.delete(key);
    const { untold, trouble } = await this.#tell(partition, taken);
    this.#inLane(partition, (lane) => lane.land(untold));
    this.#lookForLost(partition);
    this.#wake();
    if (trouble !== undefined) {
      this.#state = 'waiting';
      this.#counts.failed++;
      this.#parts.onTrouble(trouble);
    } else if (this.#isLive) this.#state = 'telling';
    return trouble;
  }

  /** What could not be told, in order; it may be there all the same. */
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
    try {
      const records = tellings.map(({ record }) => record);
      const read = this.#readBack!.next(partition);
      const first = await this.#link.send(partition, records);
      if (first < read) this.#endRun(new TopicMadeAnew(partition));
      this.#counts.told += records.length;
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
    this.#counts.tooLarge++;
    this.#parts.onTooLarge(key, version);
  }

  /** A record was read back: what it says of the key counts until the next. */
  #holds(held: Held, version: number | undefined): void {
    if (version !== undefined) this.#division.stands(held.key, held.partition);
    this.#parts.teller.holds(held.key, version, held.partition);
    const isAnswered = this.#lanes[held.partition]!.readBack(held.key, held.version);
    if (!isAnswered && this.#readBack!.isCurrent) this.#mend(held);
  }

  #mend(held: Held): void {
    const era = this.#era;
    const settle = (wanted: Wanted | undefined): void => {
      const isLate = era !== this.#era || this.#lanes[held.partition]!.isPending(held.key);
      if (wanted !== undefined && !isLate) this.#wantAgain(held.partition, [wanted]);
    };
    const mend = this.#parts.teller.mend(held);
    if (mend instanceof Promise) mend.then(settle, (trouble: unknown) => this.#lookAgain(trouble));
    else settle(mend);
  }

  #lookAgain(trouble: unknown): void {
    this.#parts.onTrouble(trouble);
    this.beginAgain();
  }

  #lookForLost(partition: number): void {
    const next = this.#readBack!.next(partition);
    this.#wantAgain(
      partition,
      this.#inLane(partition, (lane) => lane.lostBefore(next)),
    );
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}
