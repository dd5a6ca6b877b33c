import { randomUUID } from 'node:crypto';
import { type CatalogEvent, type PendingPolicy, setupStream } from '#inventory';
import { appendSurely, type EventStore } from '#event-store';
import { type Clock, pause } from '#kernel';
import type { CatalogBook } from './catalog-book.ts';

/** A policy takes effect at most this late. */
const LOOK_EVERY_MS = 500;

/**
 * Stores PolicyTookEffect when the time of a pending policy has come. It keeps nothing itself but reads the book, so
 * that a restart loses nothing: what has become due meanwhile is stored at the first look.
 */
export class PolicyClock {
  readonly #store: EventStore;
  readonly #book: CatalogBook;
  readonly #clock: Clock;
  /** Stored, but not yet in the book. */
  readonly #done = new Set<number>();

  constructor(parts: { readonly store: EventStore; readonly book: CatalogBook; readonly clock: Clock }) {
    this.#store = parts.store;
    this.#book = parts.book;
    this.#clock = parts.clock;
  }

  /** Looks until `signal` aborts. Throws what the store throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look();
      await pause(LOOK_EVERY_MS, signal, { ref: false });
    }
  }

  /** Stores what is due now. Returns how many took effect. */
  async look(): Promise<number> {
    const now = this.#clock.now();
    const pending = this.#book.pendingPolicies();
    const due = pending.filter(
      ({ effectiveAt, definedAt }) => effectiveAt <= now && !this.#done.has(definedAt),
    );
    for (const policy of due) await this.#takeEffect(policy);
    this.#forgetBooked(pending);
    return due.length;
  }

  /** Where some policy always waits, `#done` would grow with every other that took effect. */
  #forgetBooked(pending: readonly PendingPolicy[]): void {
    if (this.#done.size === 0) return;
    const waiting = new Set(pending.map(({ definedAt }) => definedAt));
    for (const definedAt of this.#done) if (!waiting.has(definedAt)) this.#done.delete(definedAt);
  }

  /** A conflict means that the scope has changed: then the book will say what is due. */
  async #takeEffect({ scope, definedAt }: PendingPolicy): Promise<void> {
    const event: CatalogEvent = { type: 'PolicyTookEffect', data: { scope, definedAt } };
    const revision = this.#book.entry('policy', scope)?.revision;
    if (revision === undefined) return;
    const outcome = await appendSurely(this.#store, setupStream.policy(scope), revision, [
      { id: randomUUID(), ...event },
    ]);
    if (outcome.outcome === 'written') this.#done.add(definedAt);
  }
}
