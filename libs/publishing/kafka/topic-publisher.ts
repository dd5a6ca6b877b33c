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
import type { Extent, TopicLink } from './topic-link.ts';

/** More is looked for while fewer of those that were found missing wait. */
const MISSING_WAITING_LOW = 2_000;
/** How often the topic is checked: is it still the one that was read? All topics of a process at once, over one connection. */
const LOOK_EVERY_MS = 10_000;

interface TopicPublisherParts {
  readonly link: TopicLink;
  readonly teller: Teller;
  /** Something that passes, or that somebody must mend: it is tried again. */
  readonly onTrouble: (trouble: unknown) => void;
  /** It is refused for its size, and is not told. */
  readonly onTooLarge: (key: string, version: number) => void;
  readonly pace?: Pace;
  /** Called before each send: a process that finds that it has slept calls `beginAgain`. */
  readonly beforeSend?: () => void;
  readonly lookEveryMs?: number;
  /** A broker that has not answered for longer hangs. */
  readonly answerMsMax?: number;
}

/**
 * Keeps one compacted topic as it should be. What the topic holds is read from its start, what is missing is
 * told, then every change. All that is written is read back: a key that was lost, or over which a process
 * that had slept wrote an older value, is told again.
 */
export class TopicPublisher {
  readonly #parts: TopicPublisherParts;
  readonly #link: AnsweringLink;
  #lanes: Lanes;
  #readBack: ReadBack | undefined;
  #state: TopicState = 'starting';
  /** From one look for what is missing to the next. What belongs to an earlier era is given up. */
  #era = new AbortController();
  #erasAsked = 0;
  /** True while all that changes comes by `changed`. */
  #isLive = false;
  /** True once the look for what is missing has begun: what changes behind the look would otherwise be missed. */
  #isHearing = false;
  /** True from when the topic was found to be a new one until everything has been told to it. */
  #isAnew = false;
  /** Partitions that nobody led when it was last asked. */
  #leaderless: ReadonlySet<number> = new Set();
  /** True from when too much waited until the topic has been looked through again. */
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

  /** What somebody should look at, in words; undefined where all is as it should be. */
  get trouble(): string | undefined {
    return this.#link.trouble ?? this.#added?.message;
  }

  get figures(): TopicFigures {
    return { ...this.#counts, pending: this.#lanes.pending };
  }

  /** True if the topic was read and holds everything that was wanted so far. */
  get isAtRest(): boolean {
    return this.#isLive && this.#lanes.isAtRest;
  }

  /** Of everything that changed through `now`, up to where it stands in the topic; undefined while that is found out. */
  heldThrough(now: number): number | undefined {
    if (!this.#isLive) return undefined;
    return Math.min(now, this.#lanes.oldest - 1);
  }

  /** A value changed. It costs next to nothing until the topic has been read to its end. */
  changed(change: Wanted): void {
    if (!this.#isHearing || !this.#parts.teller.isNews(change)) return;
    if (!this.#lanes.isFull) return this.#lanes.want(this.#partitionOf(change.key), change);
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

  /** A topic that nobody writes to brings no record that would tell that it is another. */
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
      // The former owner of a shard may have written until now.
      readFor = this.#erasAsked;
      if (!signal.aborted) await this.#lookThrough();
    }
    signal.removeEventListener('abort', leave);
  }

  /** A partition without a leader does not hold up the others, unless too much waits for it. */
  async #lookThrough(): Promise<void> {
    const read = this.#readBack!.places;
    const extents = await this.#extents();
    if (this.#isOverfull) mustHaveLeaders(this.#link.topic, extents);
    this.#isOverfull = false;
    this.#leaderless = leaderlessOf(extents);
    this.#readBack!.expect(extents, read);
  }

  /** What is missing, then what changes, until the era ends. */
  async #tellFrom(signal: AbortSignal): Promise<void> {
    const { teller } = this.#parts;
    this.#division.settle();
    this.#mindAdded(this.#lanes.partitions);
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
    // What cannot be told now must not hold up the look.
    if (this.#leaderless.has(partition)) this.#lanes.want(partition, wanted);
    else this.#lanes.wantMissing(partition, wanted);
  }

  /** Something in the topic is not as it should be. */
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

  /** A record was read back: what it says of the key counts until the next. */
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
