import type { EventStore } from '#event-store';
import { pause, shardOf, type Shards } from '#kernel';
import type { LedgerBook } from './ledger-book.ts';
import { PostingMarks } from './posting-reached.ts';

/** Which part of what the journal does to items is this process's to post. */
export interface PostingShare {
  /** Where posting begins: all of its part at or below is posted. */
  begin(): number;
  /** True if what the journal event at this position does to the item is its to post. */
  owns(sku: string, journal: number): boolean;
  /** True if what the journal does to something of this name, beside items, is its to do. */
  has(name: string): boolean;
  /** All of its part at or below `position` is posted; `journal` is the newest journal event in it. */
  reached(position: number, journal: number): void;
  /** Calls `listener` when its part is another from now on. Returns how to stop. */
  onChange(listener: () => void): () => void;
}

const CURSOR = 'posting';

/** The one process that posts: everything, from where its own picture says that it was. */
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
    // Kept with the picture, and never ahead of it: both begin again from there.
    this.#book.setCursor(CURSOR, Math.min(position, this.#book.position));
  }

  onChange(): () => void {
    return () => undefined;
  }
}

/** How late, at most, others learn how far this process is. */
export const MARK_EVERY_MS = 200;

/**
 * One of several processes that post: the items of its shards. It begins where the one that had a shard before
 * has left its mark, and leaves marks itself. For a moment two may post the same: each item's exact revision
 * and `postedThrough` let only one of them.
 */
export class SharedShare implements PostingShare {
  readonly #shards: Shards;
  readonly #book: LedgerBook;
  readonly #marks: PostingMarks;
  /** By shard, from `begin` on: it is posted through this position. */
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
    const byAll = this.#book.postedByAll(); // Even where items were divided otherwise until now.
    this.#since = new Map(
      this.#shards.owned.map((shard) => {
        const ours = before.has(shard) ? this.#through : 0;
        return [shard, Math.max(ours, byAll, this.#book.postedThrough(this.#shards.count, shard))];
      }),
    );
    // Under a new division nobody has left a mark yet: leave one, even though nothing new was posted.
    const isUnsaid = ([shard, through]: readonly [number, number]): boolean =>
      through > this.#book.postedThrough(this.#shards.count, shard);
    if ([...this.#since].some(isUnsaid)) this.#journal = Math.max(this.#journal, 1);
    this.#marked = 0; // What is ours from now on, nobody has heard of yet.
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

  /** Leaves marks until `signal` aborts; nothing where nothing was posted. Throws StoreUnavailable. */
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
