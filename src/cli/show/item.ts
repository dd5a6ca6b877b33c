import type { Page } from '../terminal/page.ts';
import { number } from '../terminal/words.ts';
import type { ItemAnswer, LocationRow } from './answers.ts';

/** Totals, then a row a location, then what each channel may sell. */
export function showItem(item: ItemAnswer, page: Page): void {
  page.line(`${page.paint('bold', item.sku)}  ${item.name}`);
  const { onHand, sellable, committed, reserved, inTransit, incoming } = item.totals;
  page.line(
    `${number(onHand)} on hand, ${number(sellable)} of it sellable; ${number(committed)} committed, ` +
      `${number(reserved)} reserved, ${number(inTransit)} in transit, ${number(incoming)} incoming`,
  );
  if (item.locations.length > 0) showLocations(item.locations, page);
  if (item.availability === undefined || item.availability.length === 0) return;
  page.line();
  page.table(
    ['channel', 'listing', 'may sell', 'version'],
    item.availability.map((row) => [row.channel, row.listing, row.available, row.version]),
  );
}

function showLocations(rows: readonly LocationRow[], page: Page): void {
  const dispositions = [...new Set(['sellable', ...rows.flatMap((row) => Object.keys(row.onHand))])];
  page.line();
  page.table(
    ['location', ...dispositions, 'committed', 'reserved', 'in transit', 'incoming'],
    rows.map((row) => [
      row.location,
      ...dispositions.map((disposition) => row.onHand[disposition] ?? 0),
      row.committed,
      row.reserved,
      row.inTransit,
      row.incoming,
    ]),
  );
}
