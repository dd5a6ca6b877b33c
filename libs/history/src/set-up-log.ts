import { setImmediate as nextTurn } from 'node:timers/promises';
import { categoryOf, type RecordedEvent } from '#event-store';
import { type CatalogEvent, SETUP_CATEGORIES } from '#inventory';
import type { Fold, ReadModel, Shelf } from '#read-model';

/** A set-up event and what it concerns, so that a replay of one listing need not read the whole log. */
interface SetUpRow {
  readonly event: RecordedEvent;
  readonly concerns: string;
}

const EVERYBODY = '*';
const PAGE_ROWS = 500;
const POSITION_DIGITS = 16;

/**
 * The set-up events that a number may depend on. Those of channels, locations, sources and policies concern every number;
 * an item's definition those of the item; a listing's definition the listing's own.
 */
export class SetUpLog implements Fold {
  readonly categories = SETUP_CATEGORIES;
  readonly #rows: Shelf<SetUpRow>;

  constructor(readModel: ReadModel) {
    this.#rows = readModel.shelf<SetUpRow>({
      name: 'set-up-log',
      version: 1,
      indexes: { concerns: (row) => row.concerns },
      hotRowsMax: 1_000,
    });
  }

  apply(event: RecordedEvent): void {
    if (!CATEGORIES.has(categoryOf(event.stream))) return;
    this.#rows.put(keyOf(event.position), { event, concerns: concernOf(event) });
  }

  /** Channels, locations, sources and policies, in log order. */
  general(): Promise<RecordedEvent[]> {
    return this.#all(EVERYBODY);
  }

  item(sku: string): Promise<RecordedEvent[]> {
    return this.#all(itemConcern(sku));
  }

  listing(channel: string, listing: string): Promise<RecordedEvent[]> {
    return this.#all(listingConcern(channel, listing));
  }

  async #all(concerns: string): Promise<RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    let after: { value: string; key: string } | undefined;
    for (;;) {
      const page = this.#rows.byIndex('concerns', { equals: concerns, limit: PAGE_ROWS, after });
      events.push(...page.map(({ row }) => row.event));
      const last = page.at(-1);
      if (page.length < PAGE_ROWS || !last) return events;
      after = { value: concerns, key: last.key };
      await nextTurn(); // There may be very many: a policy for each listing.
    }
  }
}

const CATEGORIES: ReadonlySet<string> = new Set(SETUP_CATEGORIES);

/** The position, padded, because keys are sorted as text. */
const keyOf = (position: number): string => String(position).padStart(POSITION_DIGITS, '0');

const itemConcern = (sku: string): string => `item:${sku}`;
const listingConcern = (channel: string, listing: string): string => `listing:${channel}:${listing}`;

function concernOf(event: RecordedEvent): string {
  const { type, data } = event as RecordedEvent & CatalogEvent;
  if (type === 'ItemDefined') return itemConcern(data.sku);
  if (type === 'ListingDefined') return listingConcern(data.channel, data.listing);
  return EVERYBODY;
}
