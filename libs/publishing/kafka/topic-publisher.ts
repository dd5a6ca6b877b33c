import type { Extent } from '#kafka';
import { pause } from '#kernel';
import { AnsweringLink } from './answering-link.ts';
import { Division } from './division.ts';
import type { Wanted } from './lane.ts';
import { Lanes } from './lanes.ts';
import { leaderlessOf, mustHaveLeaders } from './leaderless.ts';
import type { Pace } from './pace.ts';
import { partitionOf } from './partition-of.ts';
import { ReadBack, TopicMadeAnew } from './read-back.ts';
import type { Held, Teller } from './teller.ts';
import type { TopicFigures, TopicState } from './topic-figures.ts';
import type { TopicLink } from './topic-link.ts';

/** The search for missing keys goes on while fewer than this wait to be told. */
const MISSING_WAITING_LOW = 2_000;
/** How often it is checked that the topic was not made anew. All topics at the same moment, so over one connection. */
const LOOK_EVERY_MS = 10_000;

interface TopicPublisherParts {
  readonly link: TopicLink;
  readonly teller: Teller;
  /** Called for trouble that may pass, or that somebody must mend; what failed is tried again. */
  readonly onTrouble: (trouble: unknown) => void;
  /** The record was refused for its size, and is not told. */
  readonly onTooLarge: (key: string, version: number) => void;
  readonly pace?: Pace;
  /** Called before each send: if the process has slept it calls `beginAgain`. */
  readonly beforeSend?: () => void;
  readonly lookEveryMs?: number;
  /** A broker that has not answered for longer than this is taken to hang. */
  readonly answerMsMax?: number;
}

/**
 * Keeps one compacted topic up to date. It reads the topic from its start, tells what is missing, then every change. All
 * that is written is read back: a key that was lost, or that a process which had slept overwrote with an older value, is
 * told again.
 */
export class TopicPublisher {
  readonly #parts: TopicPublisherParts;
  readonly #link: AnsweringLink;
  #lanes: Lanes;
  #readBack: ReadBack | undefined;
  #state: TopicState = 'starting';
  /** An era begins with each search for what is missing. What belongs to an earlier era is given up. */
  #era = new AbortController();
  #erasAsked = 0;
  /** True once the search for what is missing has ended: every further change comes by `changed`. */
  #isLive = false;
  /** True once the search has begun: from then on a change may be of something that the search has already passed. */
  #isHearing = false;
  /** True from when the topic was found to have been made anew until it has been told everything. */
  #isAnew = false;
  /** Partitions that had no leader when the topic was last asked. */
  #leaderless: ReadonlySet<number> = new Set();
  /** True from when too many keys waited until the topic has been read to its end again. */
  #isOverfull = false;
  #division: Division;
  #added: Error | undefined;
  #endRun: (reason: TopicMadeAnew) => void = () => undefined;
  readonly #counts = { told: 0, toldAgain: 0, failed: 0, tooLarge: 0 };
  #wake: () => void = () => undefined;

  constructor(parts: TopicPublisherParts) {
    this.#parts = parts;
    this.#link = new AnsweringLink(parts.link, parts.answerMsMax);
    this.#division = new Division(this.#link.topic, 0);
    this.#lanes = this.#openLanes(0);
    this.#era.abort();
  }

  get state(): TopicState {
    return this.#state === 'telling' && this.#link.trouble !== undefined ? 'waiting' : this.#state;
  }

  /** A problem that somebody should look at, in words; undefined if there is none. */
  get trouble(): string | undefined {
    return this.#link.trouble ?? this.#added?.message;
  }

  get figures(): TopicFigures {
    return { ...this.#counts, pending: this.#lanes.pending, isSearched: this.#isLive };
  }

  /** True if the topic was read, and holds everything that was to be told so far. */
  get isAtRest(): boolean {
    return this.#isLive && this.#lanes.isAtRest;
  }

  /** The position, at most `now`, up to which the topic holds every change; undefined while that is being found out. */
  heldThrough(now: number): number | undefined {
    if (!this.#isLive) return undefined;
    return Math.min(now, this.#lanes.oldest - 1);
  }

  /** A value changed. Ignored until the topic has been read to its end: then the search finds it. */
  changed(change: Wanted): void {
    if (!this.#isHearing || !this.#parts.teller.isNews(change)) return;
    if (!this.#lanes.isFull) return this.#lanes.want(this.#partitionOf(change.key), change);
    this.#isOverfull = true;
    this.beginAgain();
  }

  /** Searches again for what is missing. Call it when what is to be told may have changed. */
  beginAgain(): void {
    this.#erasAsked++;
    this.#isLive = false;
    this.#isHearing = false;
    this.#era.abort();
    this.#wake();
  }

  /** Runs until `signal` aborts. Throws what the link and the store throw: then call it again. */
  async run(signal: AbortSignal): Promise<void> {
    const ending = new AbortController();
    const ends = AbortSignal.any([signal, ending.signal]);
    this.#state = 'starting';
    const extents = await this.#extents();
    mustHaveLeaders(this.#link.topic, extents);
    this.#division = new Division(this.#link.topic, extents.length);
    this.#lanes = this.#openLanes(extents.length);
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
      await this.#until(() => this.#lanes.isIdle);
    }
  }

  /** Checks whether the topic was made anew: if nobody writes to the new one no record shows it. */
  async #watch(signal: AbortSignal): Promise<void> {
    const { lookEveryMs = LOOK_EVERY_MS } = this.#parts;
    while (!signal.aborted) {
      await pause(lookEveryMs - (performance.now() % lookEveryMs), signal, { ref: false });
      if (signal.aborted) return;
      const read = this.#readBack!.places;
      this.#readBack!.check(await this.#extents().catch(() => []), read);
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

  #openLanes(partitions: number): Lanes {
    const { teller, pace, beforeSend, onTooLarge } = this.#parts;
    return new Lanes(partitions, {
      ...{ link: this.#link, teller, counts: this.#counts, pace, beforeSend, onTooLarge },
      readThrough: (partition) => this.#readBack!.next(partition),
      onSent: (partition, trouble) => this.#sent(partition, trouble),
      onMadeAnew: (partition) => this.#endRun(new TopicMadeAnew(partition)),
      onDrained: () => this.#wake(),
    });
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
        this.#lanes.begin(era.signal);
        await this.#tellFrom(AbortSignal.any([signal, era.signal]));
        await this.#until(() => this.#lanes.isIdle);
        this.#lanes.clear();
      }
      // Read what a shard's former owner may have written until now.
      readFor = this.#erasAsked;
      if (!signal.aborted) await this.#lookThrough();
    }
    signal.removeEventListener('abort', leave);
  }

  /** Expects all that the topic holds now. A partition without a leader is left out, unless too much waits for it. */
  async #lookThrough(): Promise<void> {
    const read = this.#readBack!.places;
    const extents = await this.#extents();
    if (this.#isOverfull) mustHaveLeaders(this.#link.topic, extents);
    this.#isOverfull = false;
    this.#leaderless = leaderlessOf(extents);
    this.#readBack!.expect(extents, read);
  }

  /** Tells what is missing, then what changes, until the era ends. */
  async #tellFrom(signal: AbortSignal): Promise<void> {
    const { teller } = this.#parts;
    this.#division.settle();
    this.#mindAdded(this.#lanes.partitions);
    teller.begin(this.#division.among, this.#isAnew);
    this.#isHearing = !signal.aborted;
    while (!signal.aborted) {
      const missing = teller.missing();
      if (missing === undefined) {
        // In this same turn: every change from here on comes by `changed`.
        this.#isLive = true;
        this.#isAnew = false;
        this.#state = 'telling';
        return this.#until(() => signal.aborted);
      }
      for (const each of await missing) this.#wantMissing(each);
      await this.#until(() => signal.aborted || this.#lanes.missing < MISSING_WAITING_LOW);
    }
  }

  #partitionOf(key: string): number {
    return partitionOf(key, this.#division.among);
  }

  #wantMissing(wanted: Wanted): void {
    const partition = this.#partitionOf(wanted.key);
    if (this.#lanes.covers(partition, wanted)) return;
    // A key that cannot be told now must not hold up the search.
    if (this.#leaderless.has(partition)) this.#lanes.want(partition, wanted);
    else this.#lanes.wantMissing(partition, wanted);
  }

  /** The topic does not hold these as it should. */
  #wantAgain(partition: number, wanted: readonly Wanted[]): void {
    if (wanted.length === 0) return;
    this.#counts.toldAgain += wanted.length;
    this.#lanes.wantFirst(partition, wanted);
  }

  #sent(partition: number, trouble: unknown): void {
    this.#lookForLost(partition);
    this.#wake();
    if (trouble !== undefined) {
      this.#state = 'waiting';
      this.#parts.onTrouble(trouble);
    } else if (this.#isLive) this.#state = 'telling';
  }

  /** A record was read back: the topic holds this version of the key, until the next record of it. */
  #holds(held: Held, version: number | undefined): void {
    if (version !== undefined) this.#division.stands(held.key, held.partition);
    this.#parts.teller.holds(held.key, version, held.partition);
    const isAnswered = this.#lanes.readBack(held.partition, held.key, held.version);
    if (!isAnswered && this.#readBack!.isCurrent) this.#mend(held);
  }

  #mend(held: Held): void {
    const era = this.#era;
    const settle = (wanted: Wanted | undefined): void => {
      const isLate = era !== this.#era || this.#lanes.isPending(held.partition, held.key);
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
    this.#wantAgain(partition, this.#lanes.lostBefore(partition, this.#readBack!.next(partition)));
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}
