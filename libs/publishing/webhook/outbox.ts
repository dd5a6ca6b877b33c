import type { Instant } from '#kernel';
import type { ChangeKind, Place } from '../src/place.ts';
import { keyOf } from './message.ts';
import { Progress, type Step } from './progress.ts';
import { Retries } from './retries.ts';

/** Changes read from the hub and not tried yet; more are left in the hub. */
export const FRESH_MAX = 256;
/** Listings and orders that may wait for another try; while there are that many, nothing new is tried. */
const RETRIES_MAX = 10_000;
/** Taken versions that are remembered until the reader has passed them. */
const TAKEN_MAX = 1_024;

/** The part of a change that the outbox needs. */
interface Changed extends Place {
  readonly kind: ChangeKind;
}

/** One listing or order that is being told. */
export interface Job {
  readonly key: string;
  /** How many tries before this one have failed. */
  readonly failures: number;
  /** The first of the changes that this try covers; absent for a retry. */
  readonly step?: Step;
}

/** Changes of a key that came while it was being told. */
interface Later {
  /** The first of them. */
  readonly step: Step;
  lastPosition: number;
}

/** From where to go on: after a restart, or with another URL. */
export interface OutboxStart {
  readonly through: Place;
  /** Keys that were tried and not taken. */
  readonly retrying: readonly string[];
}

/**
 * What one channel is still to be told: each listing and order once, in the order in which it first changed, however often
 * it changes while it waits. Only the first of these changes is tracked: the place to resume at stays before it until the
 * newest state was told. Plain bookkeeping: it sends nothing and knows no clock.
 */
export class Outbox {
  readonly #progress: Progress;
  readonly #retries = new Retries();
  readonly #fresh = new Map<string, Step>();
  readonly #underway = new Map<string, { readonly isRetry: boolean; later?: Later }>();
  readonly #taken = new Map<string, number>();
  readonly #takenBefore: (key: string) => number;
  #reached: Place;

  /** `takenBefore`: the version that was taken in earlier runs, 0 if none. The retries of `start` are due at once. */
  constructor(start: OutboxStart, takenBefore: (key: string) => number) {
    this.#progress = new Progress(start.through);
    this.#reached = start.through;
    this.#takenBefore = takenBefore;
    for (const key of start.retrying) {
      this.#retries.put({ key, failures: 1, dueAt: 0, isReceiverDown: true });
    }
  }

  /** From where another outbox would have to go on. First tries that are underway still come after `through`. */
  get state(): OutboxStart {
    const retrying = [...this.#retries.keys()];
    for (const [key, { isRetry }] of this.#underway) if (isRetry) retrying.push(key);
    return { through: this.#progress.through, retrying };
  }

  get wantsMore(): boolean {
    return this.#fresh.size < FRESH_MAX / 2 && this.#retries.size < RETRIES_MAX;
  }

  get nextDueAt(): Instant {
    return this.#retries.nextDueAt;
  }

  get counts(): { readonly waiting: number; readonly underway: number; readonly retrying: number } {
    return { waiting: this.#fresh.size, underway: this.#underway.size, retrying: this.#retries.size };
  }

  /** Takes the changes that the reader has found up to `reached`. */
  take(changes: readonly Changed[], reached: Place): void {
    for (const change of changes) this.#takeOne(change);
    this.#reached = reached;
    this.#progress.reach(reached);
    if (this.#taken.size > TAKEN_MAX) this.#forgetPassed();
  }

  /** The next one to try: first a retry that is due, then a new one, if those may start. */
  start(now: Instant, mayStartFresh: boolean): Job | undefined {
    const retry = this.#retries.takeDue(now);
    if (retry !== undefined) return this.#underwayWith({ key: retry.key, failures: retry.failures });
    const first = mayStartFresh ? this.#fresh.entries().next().value : undefined;
    if (first === undefined) return undefined;
    const [key, step] = first;
    this.#fresh.delete(key);
    return this.#underwayWith({ key, failures: 0, step });
  }

  /** The version of this listing or order that the channel has already taken; 0 if none. */
  takenVersion(key: string): number {
    return this.#taken.get(key) ?? this.#takenBefore(key);
  }

  /** The channel knows `version` now. If the key has changed since, it is new again. */
  taken(job: Job, version: number): void {
    if (version > this.#reached.position) this.#taken.set(job.key, version);
    const later = this.#land(job);
    const isNewer = later !== undefined && later.lastPosition > version;
    if (isNewer) this.#fresh.set(job.key, later.step);
    this.#finish(job.step, isNewer ? undefined : later?.step);
  }

  /** There is nothing to tell about it any more. */
  gone(job: Job): void {
    this.taken(job, this.#reached.position);
  }

  /** It was not taken: it waits, and is retried with the newest state. */
  refused(job: Job, retry: { readonly dueAt: Instant; readonly isReceiverDown: boolean }): void {
    const later = this.#land(job);
    this.#retries.put({ key: job.key, failures: job.failures + 1, ...retry });
    this.#finish(job.step, later?.step);
  }

  /** It could not even be tried: undoes `start`. */
  putBack(job: Job, dueAt: Instant): void {
    const { key, failures, step } = job;
    const later = this.#land(job);
    if (step !== undefined) this.#fresh.set(key, step);
    else this.#retries.put({ key, failures, dueAt, isReceiverDown: true });
    this.#finish(later?.step);
  }

  /** The receiver is back: retries of what failed because it was down are due now. */
  hurry(now: Instant): void {
    this.#retries.hurry(now);
  }

  #takeOne(change: Changed): void {
    const key = keyOf(change);
    if (this.#retries.has(key) || this.takenVersion(key) >= change.position) return;
    const { position, kind, id } = change;
    const place = { position, kind, id };
    const underway = this.#underway.get(key);
    if (underway === undefined) {
      if (!this.#fresh.has(key)) this.#fresh.set(key, this.#progress.begin(place));
      return;
    }
    underway.later ??= { step: this.#progress.begin(place), lastPosition: position };
    underway.later.lastPosition = position;
  }

  #underwayWith(job: Job): Job {
    this.#underway.set(job.key, { isRetry: job.failures > 0 });
    return job;
  }

  #land(job: Job): Later | undefined {
    const later = this.#underway.get(job.key)?.later;
    this.#underway.delete(job.key);
    return later;
  }

  #finish(...steps: readonly (Step | undefined)[]): void {
    this.#progress.finish(steps.filter((step) => step !== undefined));
  }

  #forgetPassed(): void {
    for (const [key, version] of this.#taken) {
      if (version <= this.#reached.position) this.#taken.delete(key);
    }
  }
}
