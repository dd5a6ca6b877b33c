import { assert } from '#kernel';
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
 * One room's reading of the log. All folds of a picture see each event of theirs exactly once per file position,
 * in log order. An event is a fact: a fold never rejects one, and has no effect but on its shelves.
 */
export interface Fold {
  readonly name: string;
  /** The categories of the streams it reads; all, if left out. */
  readonly categories?: readonly string[];
  /** May be asynchronous where one event touches very many rows; the log waits for it. */
  apply(event: RecordedEvent): void | Promise<void>;
}

/** What is needed to catch up with a log. */
export type PagedLog = Pick<EventStore, 'head' | 'readAll'>;

/**
 * Carries the log into a read model: every event, in order, through every fold, one after the other. So all
 * shelves always stand for the same position, and a number computed at an event sees the world as of it.
 */
export class Projector<Log extends PagedLog = EventStore> {
  readonly #store: Log;
  readonly #readModel: ReadModel;
  readonly #folds: readonly Fold[];
  readonly #newest: NewestEvent | undefined;
  readonly #waiters = new PositionWaiters();
  readonly #listeners = new Set<(position: number) => void>();
  /** Those that an event of a category is for, in their order. */
  readonly #concerned = new Map<string, readonly Fold[]>();
  /** Of the event before: most pages are of one category or two. */
  #lastCategory = '';
  #lastConcerned: readonly Fold[];
  #position: number;
  #isBehind = false;
  /** Where a page broke off: what was applied before that is not applied again. */
  #brokeOff = { position: 0, fold: 0 };

  /** `newest`: for who wants to know later which log the picture is of. */
  constructor(parts: { store: Log; readModel: ReadModel; folds: readonly Fold[]; newest?: NewestEvent }) {
    this.#store = parts.store;
    this.#readModel = parts.readModel;
    this.#folds = parts.folds;
    this.#newest = parts.newest;
    this.#lastConcerned = concernedBy('', parts.folds);
    this.#position = parts.readModel.openedAt;
  }

  /** Everything at or below it is in the shelves. */
  get position(): number {
    return this.#position;
  }

  /** True if the page being read, or the last one, is full: then more is usually waiting behind it. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /**
   * Follows the log until `signal` aborts, then commits. Throws what a fold or the store throws, and goes on
   * from that very fold when it is called again. What a page that broke off has changed never reaches the file.
   */
  async run(this: Projector, signal: AbortSignal): Promise<void> {
    const pages = this.#store.subscribe({ after: this.#position }, signal);
    for await (const page of pages) {
      this.#isBehind = page.events.length === READ_EVENTS_MAX;
      await this.#project(page.events, page.position);
    }
    this.#readModel.commit(this.#position);
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

  /** Calls `listener` after each page with the position reached. Returns how to stop. */
  onAdvance(listener: (position: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #project(events: readonly RecordedEvent[], position: number): Promise<void> {
    for (let index = 0; index < events.length; index++) {
      const event = events[index]!;
      if (event.position < this.#brokeOff.position) continue;
      const first = event.position === this.#brokeOff.position ? this.#brokeOff.fold : 0;
      const folds = this.#concernedBy(event.stream);
      for (let fold = first; fold < folds.length; fold++) {
        try {
          const done = folds[fold]!.apply(event);
          if (done !== undefined) await done; // Only what is asynchronous costs a turn.
        } catch (failure) {
          this.#brokeOff = { position: event.position, fold };
          throw failure;
        }
      }
    }
    const newest = events.at(-1);
    if (newest !== undefined) this.#newest?.reached(newest);
    this.#position = position;
    this.#readModel.spill(position);
    for (const listener of this.#listeners) listener(position);
    this.#waiters.reached(position);
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
