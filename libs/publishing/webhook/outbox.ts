import type { Instant } from '#kernel';
import type { ChangeKind, Place } from '../src/place.ts';
import { keyOf } from './message.ts';
import { Progress, type Step } from './progress.ts';
import { Retries } from './retries.ts';

/** Changes taken from the hub and not tried yet: the others stay where they are. */
export const FRESH_MAX = 256;
/** Listings and orders that may wait for another try; with that many, nothing new is tried. */
const RETRIES_MAX = 10_000;
/** Versions taken that are remembered until the reader has passed them. */
const TAKEN_MAX = 1_024;

/** A change as the outbox needs it. */
interface Changed extends Place {
  readonly kind: ChangeKind;
}

/** One listing or order that is being told. */
export interface Job {
  readonly key: string;
  /** Tries before this one that failed. */
  readonly failures: number;
  /** The first of the changes that it will have told; none of a retry. */
  readonly step?: Step;
}

/** What changed while its key was told. */
interface Later {
  /** Of the first change. */
  readonly step: Step;
  lastPosition: number;
}

/** Where to go on: after a restart, or with another URL. */
export interface OutboxStart {
  readonly through: Place;
  /** Keys that were tried and not taken. */
  readonly retrying: readonly string[];
}

/**
 * What one channel is still to be told: each listing and order once, in the order in which it first changed,
 * however often it changes while it waits. Of its changes only the first is kept open: nobody goes on behind it
 * before the newest is told. Plain bookkeeping: it sends nothing and knows no clock.
 */
export class Outbox {
  readonly #progress: Progress;
  readonly #retries = new Retries();
  readonly #fresh = new Map<string, Step>();
  readonly #underway = new Map<string, { readonly isRetry: boolean; later?: Later }>();
  readonly #taken = new Map<string, number>();
  readonly #takenBefore: (key: string) => number;
  #reached: Place;

  /** `takenBefore`: the version that earlier runs have told, 0 if none. What is to be retried is due at once. */
  constructor(start: OutboxStart, takenBefore: (key: string) => number) {
    this.#progress = new Progress(start.through);
    this.#reached = start.through;
    this.#takenBefore = takenBefore;
    for (const key of start.retrying) {
      this.#retries.put({ key, failures: 1, dueAt: 0, isReceiverDown: true });
    }
  }

  /** Where another outbox would have to go on. What is underway for the first time is behind `through` still. */
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

  /** Takes what the reader found on its way to `reached`. */
  take(changes: readonly Changed[], reached: Place): void {
    for (const change of changes) this.#takeOne(change);
    this.#reached = reached;
    this.#progress.reach(reached);
    if (this.#taken.size > TAKEN_MAX) this.#forgetPassed();
  }

  /** The next to try: first what is due again, then what is new, if that is wanted. */
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

  /** The channel knows `version` now. What changed after it is new again. */
  taken(job: Job, version: number): void {
    if (version > this.#reached.position) this.#taken.set(job.key, version);
    const later = this.#land(job);
    const isNewer = later !== undefined && later.lastPosition > version;
    if (isNewer) this.#fresh.set(job.key, later.step);
    this.#finish(job.step, isNewer ? undefined : later?.step);
  }

  /** Nothing is left to tell. */
  gone(job: Job): void {
    this.taken(job, this.#reached.position);
  }

  /** Not taken: it waits, and takes the newest state with it then. */
  refused(job: Job, retry: { readonly dueAt: Instant; readonly isReceiverDown: boolean }): void {
    const later = this.#land(job);
    this.#retries.put({ key: job.key, failures: job.failures + 1, ...retry });
    this.#finish(job.step, later?.step);
  }

  /** It could not even be tried: as if it had not been started. */
  putBack(job: Job, dueAt: Instant): void {
    const { key, failures, step } = job;
    const later = this.#land(job);
    if (step !== undefined) this.#fresh.set(key, step);
    else this.#retries.put({ key, failures, dueAt, isReceiverDown: true });
    this.#finish(later?.step);
  }

  /** The receiver is back: what failed with it is due. */
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
