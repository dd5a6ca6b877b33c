import { assert, pause } from '#kernel';
import {
  categoryOf,
  type EventStore,
  isOfCategory,
  PositionWaiters,
  READ_EVENTS_MAX,
  type RecordedEvent,
} from '#event-store';
import type { NewestEvent } from './newest-event.ts';
import type { ReadModel } from './read-model.port.ts';

/**
 * What one room derives from the log. Each fold of a picture sees each event of its categories once, in the log's order. An
 * event is a fact: a fold never rejects one, and has no effect but on its shelves.
 */
export interface Fold {
  /** The categories of the streams it reads; all, if left out. */
  readonly categories?: readonly string[];
  /** May be asynchronous if one event changes very many rows; the next event waits for it. */
  apply(event: RecordedEvent): void | Promise<void>;
}

/** Nothing has come for so long, or up to twice as long: then the read model may write what has changed. */
const REST_MS = 1_000;

/** What is needed to catch up with a log. */
export type PagedLog = Pick<EventStore, 'head' | 'readAll'>;

/**
 * Brings the log into a read model: every event, in order, through every fold, one after the other. So all shelves are
 * always as of the same position, and a number computed at an event sees the state as of that event.
 */
export class Projector<Log extends PagedLog = EventStore> {
  readonly #store: Log;
  readonly #readModel: ReadModel;
  readonly #folds: readonly Fold[];
  readonly #newest: NewestEvent | undefined;
  readonly #waiters = new PositionWaiters();
  readonly #listeners = new Set<(position: number) => void>();
  /** By category: the folds that read its events, in their order. */
  readonly #concerned = new Map<string, readonly Fold[]>();
  /** The category of the previous event: most pages have only one or two. */
  #lastCategory = '';
  #lastConcerned: readonly Fold[];
  #position: number;
  #isBehind = false;
  #isProjecting = false;
  /** How far a page was applied before a fold threw: that part is not applied again. */
  #brokeOff = { position: 0, fold: 0 };

  /** `newest` records which log the picture is of. */
  constructor(parts: { store: Log; readModel: ReadModel; folds: readonly Fold[]; newest?: NewestEvent }) {
    this.#store = parts.store;
    this.#readModel = parts.readModel;
    this.#folds = parts.folds;
    this.#newest = parts.newest;
    this.#lastConcerned = concernedBy('', parts.folds);
    this.#position = parts.readModel.openedAt;
  }

  /** Everything up to this position is in the shelves. */
  get position(): number {
    return this.#position;
  }

  /** True if the page being read, or the last one, is full: then usually more events follow. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /**
   * Follows the log until `signal` aborts, then commits. Throws what a fold or the store throws; called again it goes on
   * with that very fold. Changes of a page that was not finished never reach the file.
   */
  async run(this: Projector, signal: AbortSignal): Promise<void> {
    const failed = new AbortController();
    const ending = AbortSignal.any([signal, failed.signal]);
    const parts = [this.#follow(ending), this.#restUntil(ending)];
    for (const part of parts) part.catch((cause: unknown) => failed.abort(cause));
    await Promise.allSettled(parts);
    failed.signal.throwIfAborted();
    this.#readModel.commit(this.#position);
  }

  async #follow(this: Projector, signal: AbortSignal): Promise<void> {
    const pages = this.#store.subscribe({ after: this.#position }, signal);
    for await (const page of pages) {
      this.#isBehind = page.events.length === READ_EVENTS_MAX;
      await this.#project(page.events, page.position);
    }
  }

  /** Spills come with the log's pages: what changed just before a quiet spell would be left until it ends. */
  async #restUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const before = this.#position;
      await pause(REST_MS, signal, { ref: false });
      const isQuiet = this.#position === before && this.#isBetweenPages;
      if (isQuiet && !signal.aborted) await this.#readModel.rest(before);
    }
  }

  get #isBetweenPages(): boolean {
    return !this.#isProjecting && this.#brokeOff.position <= this.#position;
  }

  /** Reads up to the head as it is now, and commits. */
  async catchUp(onProgress?: (position: number, head: number) => void): Promise<void> {
    const head = await this.#store.head();
    while (this.#position < head) {
      const page = await this.#store.readAll({ after: this.#position });
      assert(page.position > this.#position, 'a page that moves on');
      await this.#project(page.events, page.position);
      onProgress?.(this.#position, head);
    }
    this.#readModel.commit(this.#position);
  }

  /** Resolves true once `position` is in the shelves, false after `timeoutMs`. */
  waitFor(position: number, timeoutMs: number): Promise<boolean> {
    if (this.#position >= position) return Promise.resolve(true);
    return this.#waiters.wait(position, timeoutMs);
  }

  /** Calls `listener` after each page with the position reached. Returns a function that ends it. */
  onAdvance(listener: (position: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #project(events: readonly RecordedEvent[], position: number): Promise<void> {
    this.#isProjecting = true;
    try {
      await this.#applyAll(events);
    } finally {
      this.#isProjecting = false;
    }
    const newest = events.at(-1);
    if (newest !== undefined) this.#newest?.reached(newest);
    this.#position = position;
    this.#readModel.spill(position);
    for (const listener of this.#listeners) listener(position);
    this.#waiters.reached(position);
  }

  async #applyAll(events: readonly RecordedEvent[]): Promise<void> {
    for (let index = 0; index < events.length; index++) {
      const event = events[index]!;
      if (event.position < this.#brokeOff.position) continue;
      const first = event.position === this.#brokeOff.position ? this.#brokeOff.fold : 0;
      const folds = this.#concernedBy(event.stream);
      for (let fold = first; fold < folds.length; fold++) {
        try {
          const done = folds[fold]!.apply(event);
          if (done !== undefined) await done; // Awaits only if need be: each await costs a turn.
        } catch (failure) {
          this.#brokeOff = { position: event.position, fold };
          throw failure;
        }
      }
    }
  }

  #concernedBy(stream: string): readonly Fold[] {
    if (isOfCategory(stream, this.#lastCategory)) return this.#lastConcerned;
    const category = categoryOf(stream);
    let folds = this.#concerned.get(category);
    if (folds === undefined) {
      folds = concernedBy(category, this.#folds);
      this.#concerned.set(category, folds);
    }
    this.#lastCategory = category;
    return (this.#lastConcerned = folds);
  }
}

const concernedBy = (category: string, folds: readonly Fold[]): readonly Fold[] =>
  folds.filter(({ categories }) => categories?.includes(category) ?? true);
