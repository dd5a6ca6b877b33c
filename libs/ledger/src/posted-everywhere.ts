import { JOURNAL_CATEGORIES } from '#inventory';
import { categoryOf, type EventStore, PositionWaiters, type RecordedEvent } from '#event-store';
import type { Fold } from '#read-model';
import type { LedgerBook } from './ledger-book.ts';
import { POSTING_CATEGORY } from './posting-reached.ts';

/** How far posting has got. */
export interface Posted {
  /** Everything in the log at or below it has been posted; at rest it is the head. */
  readonly position: number;
  /** Resolves true once `position` is posted, false after `timeoutMs`. */
  waitFor(position: number, timeoutMs: number): Promise<boolean>;
}

const JOURNAL: ReadonlySet<string> = new Set(JOURNAL_CATEGORIES);

/**
 * How far all processes that post have got together, by the marks that they leave. This fold comes after the book's.
 */
export class PostedEverywhere implements Fold, Posted {
  readonly #book: LedgerBook;
  readonly #count: number;
  readonly #waiters = new PositionWaiters();
  /** Position through which all shards are posted. */
  #marked: number;
  /** Position of the newest journal event; until it is known, assumed to be the last of what we have. */
  #journal: number;

  constructor(parts: { book: LedgerBook; count: number }) {
    this.#book = parts.book;
    this.#count = parts.count;
    this.#journal = parts.book.position;
    this.#marked = this.#leastMark();
  }

  /** Finds the newest journal event. Throws StoreUnavailable. */
  async find(store: Pick<EventStore, 'readAll'>): Promise<void> {
    const assumed = this.#journal;
    let newest = 0;
    for (let after = this.#marked; ;) {
      const page = await store.readAll({ after, categories: JOURNAL_CATEGORIES });
      newest = page.events.at(-1)?.position ?? newest;
      if (page.events.length === 0 || page.position >= this.#book.position) break;
      after = page.position;
    }
    if (this.#journal === assumed) this.#journal = newest; // Otherwise a newer one has come meanwhile.
  }

  get position(): number {
    // After the newest journal event there is nothing to post.
    return this.#marked >= this.#journal ? Math.max(this.#marked, this.#book.position) : this.#marked;
  }

  apply(event: RecordedEvent): void {
    const category = categoryOf(event.stream);
    if (JOURNAL.has(category)) this.#journal = event.position;
    else if (category === POSTING_CATEGORY) this.#marked = this.#leastMark();
    if (!this.#waiters.isEmpty) this.#waiters.reached(this.position);
  }

  waitFor(position: number, timeoutMs: number): Promise<boolean> {
    if (this.position >= position) return Promise.resolve(true);
    return this.#waiters.wait(position, timeoutMs);
  }

  #leastMark(): number {
    let least = Infinity;
    for (let shard = 0; shard < this.#count; shard++) {
      least = Math.min(least, this.#book.postedThrough(this.#count, shard));
    }
    return least;
  }
}
