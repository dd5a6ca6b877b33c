import { JOURNAL_CATEGORIES, type Post } from '#inventory';
import {
  type EventStore,
  type LogPage,
  PositionWaiters,
  READ_EVENTS_MAX,
  type RecordedEvent,
} from '#event-store';
import type { ItemDesk } from './item-desk.ts';
import type { PostingPlan } from './posting-plan.ts';
import type { PostingShare } from './posting-share.ts';

/** Pages of the journal that are under way at the same time. */
const PAGES_MAX = 16;
/** Items of one page that are under way at the same time, if it is about very many. */
const ITEMS_MAX = 2_000;
/**
 * The same for all pages: as many as if each fact were about one item. All that is put in one turn is decided in one.
 */
const UNDER_WAY_MAX = PAGES_MAX * READ_EVENTS_MAX;

/** A page of the journal whose effects are on their way. */
interface PageUnderWay {
  readonly position: number;
  /** Position of its last event; 0 if it has none. */
  readonly journal: number;
  /** Parts that are not durable yet. */
  left: number;
}

/**
 * Posts every journal event to the items it is about, in the order of the journal. A page need not be done
 * when the next one starts: each item has a queue of its own, which keeps the order. What was posted before a
 * crash is skipped by the items themselves.
 */
export class Posting {
  readonly #store: EventStore;
  readonly #desk: Pick<ItemDesk, 'put'>;
  readonly #share: PostingShare;
  readonly #plan: PostingPlan;
  readonly #underWay: PageUnderWay[] = [];
  readonly #waiters = new PositionWaiters();
  readonly #projected: (position: number) => Promise<unknown>;
  #position = 0;
  #stopping = new AbortController();
  #failure: { readonly cause: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(parts: {
    store: EventStore;
    desk: Pick<ItemDesk, 'put'>;
    share: PostingShare;
    plan: PostingPlan;
    /** Resolves once the picture has this position. */
    projected: (position: number) => Promise<unknown>;
  }) {
    this.#store = parts.store;
    this.#desk = parts.desk;
    this.#share = parts.share;
    this.#plan = parts.plan;
    this.#projected = parts.projected;
  }

  /** Everything in the log at or below it has been posted; at rest it is the head. */
  get position(): number {
    return this.#position;
  }

  /** Follows the journal until `signal` aborts. Throws what an item or the store throws: nothing is skipped. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = this.#share.onChange(() => this.#stopping.abort());
    try {
      while (!signal.aborted) await this.#follow(signal);
    } finally {
      stop();
    }
  }

  /** Follows the journal until `signal` aborts, or the part that is ours to post changes. */
  async #follow(signal: AbortSignal): Promise<void> {
    this.#failure = undefined;
    this.#stopping = new AbortController();
    this.#underWay.length = 0;
    this.#position = this.#share.begin();
    this.#plan.startAfter(this.#position);
    const pages = this.#store.subscribe(
      { after: this.#position, categories: JOURNAL_CATEGORIES },
      AbortSignal.any([signal, this.#stopping.signal]),
    );
    for await (const page of pages) {
      await this.#postPage(page);
      await this.#until(() => this.#underWay.length < PAGES_MAX);
    }
    await this.#until(() => this.#underWay.length === 0);
  }

  /** Resolves true once `position` is posted, false after `timeoutMs`. */
  waitFor(position: number, timeoutMs: number): Promise<boolean> {
    if (this.#position >= position) return Promise.resolve(true);
    return this.#waiters.wait(position, timeoutMs);
  }

  async #postPage({ events, position }: LogPage): Promise<void> {
    const page: PageUnderWay = { position, journal: events.at(-1)?.position ?? 0, left: 1 };
    this.#underWay.push(page);
    const done = (): void => this.#partDone(page);
    const fail = (cause: unknown): void => this.#fail(cause);
    const asker = { done, fail };
    const put = (sku: string, command: Post): void => {
      if (!this.#share.owns(sku, command.journal)) return;
      page.left++;
      this.#desk.put(sku, command, asker);
    };
    await this.#plan.prepare(events);
    for (const event of events) {
      if (this.#failure) break;
      if (!this.#plan.putNow(event, put)) await this.#postSlowly(page, event, put);
      if (this.#partsUnderWay() > UNDER_WAY_MAX)
        await this.#until(() => this.#partsUnderWay() <= UNDER_WAY_MAX);
    }
    done();
  }

  #partsUnderWay(): number {
    let parts = 0;
    for (const { left } of this.#underWay) parts += left;
    return parts;
  }

  /** For an event that needs something looked up first, or is about more items than may be under way at once. */
  async #postSlowly(
    page: PageUnderWay,
    event: RecordedEvent,
    put: (sku: string, command: Post) => void,
  ): Promise<void> {
    const track = (work: Promise<unknown>): void => {
      page.left++;
      work.then(
        () => this.#partDone(page),
        (cause: unknown) => this.#fail(cause),
      );
    };
    const settled = (): Promise<void> => this.#settled(page);
    for await (const posts of this.#plan.posts(event, { track, settled })) {
      for (const { sku, command } of posts) put(sku, command);
      await this.#until(() => page.left <= ITEMS_MAX);
    }
  }

  /**
   * Resolves when all before is posted and in the picture. The page itself counts as one part, so it is not done yet.
   */
  async #settled(page: PageUnderWay): Promise<void> {
    await this.#until(() => this.#underWay[0] === page && page.left === 1);
    await this.#projected(await this.#store.head());
  }

  #partDone(page: PageUnderWay): void {
    page.left--;
    if (page.left === 0 && page === this.#underWay[0]) this.#advance();
    this.#wake?.();
  }

  /** Everything before the first page that is still under way has been posted. */
  #advance(): void {
    let journal = 0;
    for (let page = this.#underWay[0]; page?.left === 0; page = this.#underWay[0]) {
      this.#position = page.position;
      journal = Math.max(journal, page.journal);
      this.#underWay.shift();
    }
    this.#share.reached(this.#position, journal);
    this.#waiters.reached(this.#position);
  }

  #fail(cause: unknown): void {
    this.#failure ??= { cause };
    this.#stopping.abort();
    this.#wake?.();
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!this.#failure && !isSo()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
    if (this.#failure) throw this.#failure.cause;
  }
}
