import type { Page } from '../terminal/page.ts';
import { sparkline } from '../terminal/sparkline.ts';
import { number, signed, time } from '../terminal/words.ts';
import type { PageOf, TimelineRow } from './answers.ts';
import { showNext } from './paging.ts';

/** Told so much later than it happened: worth showing. */
const LATE_MS = 60_000;
const CURVE_COLUMNS = 72;

/** The curve of what was there, then what happened, by the time it happened. */
export function showTimeline(
  timeline: PageOf<TimelineRow>,
  page: Page,
  { sku }: { readonly sku: string },
): void {
  const { items } = timeline;
  if (items.length === 0) return page.line(`Nothing has happened to ${sku} yet.`);
  const balances = items.map(({ balance }) => balance);
  page.line(
    `${page.paint('bold', sku)}  ${page.paint('cyan', sparkline(balances, CURVE_COLUMNS))}  ${number(balances.at(-1) ?? 0)}`,
  );
  page.line();
  page.table(
    ['happened (UTC)', 'what', 'where', 'quantity', 'balance', 'document', 'source', 'recorded later'],
    items.map((row) => [
      time(row.occurredAt),
      row.kind,
      row.disposition === 'sellable' ? row.location : `${row.location}, ${row.disposition}`,
      signed(row.quantity),
      row.balance,
      row.document,
      row.message === undefined ? '' : `${row.message.source} ${row.message.id}`,
      Date.parse(row.recordedAt) - Date.parse(row.occurredAt) > LATE_MS ? time(row.recordedAt) : '',
    ]),
  );
  showNext(timeline, page);
}
