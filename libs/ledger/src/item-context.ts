import type { CatalogView, DecisionContext, ItemCommand, ItemState, RecordedItemEvent } from '#inventory';
import type { Instant, Quantity } from '#kernel';
import type { KnownSweeps } from './known-sweeps.ts';

/** What a channel may hold of an item that is in this state: its ATS less its buffer. */
export type Reservable = (channel: string, sku: string, state: ItemState) => Quantity;

/** What decisions see of the world: one object, set for each decision before it is made. */
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

  /** Makes it the context of this command. A fact is decided as of when it was recorded. */
  set(sku: string, command: ItemCommand, now: Instant, past: readonly RecordedItemEvent[] | undefined): this {
    const isFact = command.type === 'post';
    this.#sku = sku;
    this.#journal = isFact ? command.journal : Infinity;
    // The log's clock may be ahead of ours, by which deadlines are set: no hold ends before its time by ours.
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
