import type { EventStore } from '#event-store';
import { pause, shardOf, type Shards } from '#kernel';
import type { LedgerBook } from './ledger-book.ts';
import { PostingMarks } from './posting-reached.ts';

/** Which part of the journal's effects on items this process has to post. */
export interface PostingShare {
  /** The log position after which posting begins: all of its part up to there is posted. */
  begin(): number;
  /** True if it has to post what the journal event at this position does to the item. */
  owns(sku: string, journal: number): boolean;
  /** True if it has to do what the journal does to something of this name that is not an item. */
  has(name: string): boolean;
  /** All of its part up to `position` is posted; `journal` is the position of the newest journal event among that. */
  reached(position: number, journal: number): void;
  /** Calls `listener` when its part changes. Returns how to stop. */
  onChange(listener: () => void): () => void;
}

const CURSOR = 'posting';

/** The share of a process that posts everything by itself, and begins where its own picture says it was. */
export class WholeShare implements PostingShare {
  readonly #book: LedgerBook;

  constructor(book: LedgerBook) {
    this.#book = book;
  }

  begin(): number {
    return this.#book.cursor(CURSOR);
  }

  owns(): boolean {
    return true;
  }

  has(): boolean {
    return true;
  }

  reached(position: number): void {
    // Stored with the picture, and never ahead of it: after a restart both go on from there.
    this.#book.setCursor(CURSOR, Math.min(position, this.#book.position));
  }

  onChange(): () => void {
    return () => undefined;
  }
}

/** At most so late do others learn how far this process is. */
export const MARK_EVERY_MS = 200;

/**
 * The share of one of several processes that post: the items of its shards. It begins at the mark of the process that
 * had a shard before, and leaves marks itself. For a moment two processes may post the same: because of each item's
 * exact revision and `postedThrough` only one of them succeeds.
 */
export class SharedShare implements PostingShare {
  readonly #shards: Shards;
  readonly #book: LedgerBook;
  readonly #marks: PostingMarks;
  /** By shard: the position through which it was posted when we began. */
  #since: ReadonlyMap<number, number> = new Map();
  #through = 0;
  #journal = 0;
  #marked = 0;

  constructor(parts: { store: EventStore; book: LedgerBook; shards: Shards; writer: string }) {
    this.#shards = parts.shards;
    this.#book = parts.book;
    this.#marks = new PostingMarks(parts.store, parts.writer);
  }

  begin(): number {
    const before = this.#since;
    const byAll = this.#book.postedByAll(); // Even if items were divided differently until now.
    this.#since = new Map(
      this.#shards.owned.map((shard) => {
        const ours = before.has(shard) ? this.#through : 0;
        return [shard, Math.max(ours, byAll, this.#book.postedThrough(this.#shards.count, shard))];
      }),
    );
    // In a new division there are no marks yet: leave one, even though nothing new was posted.
    const isUnsaid = ([shard, through]: readonly [number, number]): boolean =>
      through > this.#book.postedThrough(this.#shards.count, shard);
    if ([...this.#since].some(isUnsaid)) this.#journal = Math.max(this.#journal, 1);
    this.#marked = 0; // No mark tells of our new part yet.
    this.#through = this.#since.size === 0 ? this.#book.position : Math.min(...this.#since.values());
    return this.#through;
  }

  owns(sku: string, journal: number): boolean {
    const since = this.#since.get(shardOf(sku, this.#shards.count));
    return since !== undefined && journal > since;
  }

  has(name: string): boolean {
    return this.#since.has(shardOf(name, this.#shards.count));
  }

  reached(position: number, journal: number): void {
    this.#through = position;
    if (journal > this.#journal) this.#journal = journal;
  }

  onChange(listener: () => void): () => void {
    return this.#shards.onChange(listener);
  }

  /** Leaves marks until `signal` aborts, unless nothing was posted since the last. Throws StoreUnavailable. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#journal > this.#marked && this.#since.size > 0) await this.#mark();
      await pause(MARK_EVERY_MS, signal, { ref: false });
    }
  }

  async #mark(): Promise<void> {
    const shards = [...this.#since.keys()];
    const reached = { count: this.#shards.count, shards, through: this.#through };
    if (await this.#marks.write(reached)) this.#marked = reached.through;
  }
}
