import type { RecordedEvent } from '#event-store';
import { categoryOf } from '#event-store';
import type { CatalogEvent } from '#inventory';
import { SETUP_CATEGORIES } from '#inventory';
import type { Fold, ReadModel, Shelf } from '#read-model';

/** Set-up events kept by whom they concern, so that a replay of one listing need not read the whole log. */
interface SetUpRow {
  readonly event: RecordedEvent;
  readonly concerns: string;
}

const EVERYBODY = '*';
const PAGE_ROWS = 500;
const POSITION_DIGITS = 16;

/**
 * Which set-up events a number may depend on: channels, locations and policies concern everybody, an item's
 * definition and listings concern its SKU.
 */
export class SetUpLog implements Fold {
  readonly name = 'set-up-log';
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

  /** What concerns everybody and these items, in log order. */
  concerning(skus: readonly string[]): RecordedEvent[] {
    return [EVERYBODY, ...skus]
      .flatMap((concerns) => this.#all(concerns))
      .sort((a, b) => a.position - b.position);
  }

  #all(concerns: string): RecordedEvent[] {
    const events: RecordedEvent[] = [];
    let after: { value: string; key: string } | undefined;
    for (;;) {
      const page = this.#rows.byIndex('concerns', {
        equals: concerns,
        limit: PAGE_ROWS,
        ...(after && { after }),
      });
      events.push(...page.map(({ row }) => row.event));
      const last = page.at(-1);
      if (page.length < PAGE_ROWS || !last) return events;
      after = { value: concerns, key: last.key };
    }
  }
}

const CATEGORIES: ReadonlySet<string> = new Set(SETUP_CATEGORIES);

/** Keys order as text: the position, padded. */
const keyOf = (position: number): string => String(position).padStart(POSITION_DIGITS, '0');

function concernOf(event: RecordedEvent): string {
  const { type, data } = event as RecordedEvent & CatalogEvent;
  return type === 'ItemDefined' || type === 'ListingDefined' ? data.sku : EVERYBODY;
}
