import type { CatalogView, DecisionContext, ItemCommand, ItemState, RecordedItemEvent } from '#inventory';
import type { Instant, Quantity } from '#kernel';
import type { KnownSweeps } from './known-sweeps.ts';

/** How much a channel may hold of an item in this state: its ATS less its buffer. */
export type Reservable = (channel: string, sku: string, state: ItemState) => Quantity;

/** What decisions know of the world around an item: one object, which is set before each decision. */
export class ItemContext implements DecisionContext {
  readonly #catalog: Pick<CatalogView, 'channel' | 'location'>;
  readonly #reservable: Reservable;
  readonly #sweeps: Pick<KnownSweeps, 'between'>;
  #sku = '';
  #journal = Infinity;
  now: Instant = 0;
  past: readonly RecordedItemEvent[] | undefined;

  constructor(parts: {
    catalog: Pick<CatalogView, 'channel' | 'location'>;
    reservable: Reservable;
    sweeps: Pick<KnownSweeps, 'between'>;
  }) {
    this.#catalog = parts.catalog;
    this.#reservable = parts.reservable;
    this.#sweeps = parts.sweeps;
  }

  /** Makes this the context of one command. A fact is decided as of when it was recorded. */
  set(sku: string, command: ItemCommand, now: Instant, past: readonly RecordedItemEvent[] | undefined): this {
    const isFact = command.type === 'post';
    this.#sku = sku;
    this.#journal = isFact ? command.journal : Infinity;
    // Deadlines are set by our clock, and the log's may be ahead of it: no hold ends before its deadline by ours.
    this.now = isFact ? Math.min(command.recordedAt, now) : now;
    this.past = past;
    return this;
  }

  locationsOf(channel: string): readonly string[] {
    return this.#catalog.channel(channel)?.locations ?? NO_LOCATIONS;
  }

  isActive(location: string): boolean {
    return this.#catalog.location(location)?.active === true;
  }

  reservable(state: ItemState, channel: string): Quantity {
    return this.#reservable(channel, this.#sku, state);
  }

  sweeps(location: string, from: Instant, before: Instant): ReturnType<DecisionContext['sweeps']> {
    return this.#sweeps.between(location, { from, before, journal: this.#journal });
  }
}

const NO_LOCATIONS: readonly string[] = [];
