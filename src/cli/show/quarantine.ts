import type { Page } from '../terminal/page.ts';
import { time } from '../terminal/words.ts';
import type { PageOf, QuarantineRow } from './answers.ts';
import { showNext } from './paging.ts';

/** Parked lines or rejected messages; `empty` is what to say where there are none. */
export function showQuarantine(rows: PageOf<QuarantineRow>, page: Page, empty: string): void {
  if (rows.items.length === 0) return page.line(empty);
  page.table(
    ['received (UTC)', 'source', 'message', 'line', 'code', 'what to do'],
    rows.items.map((row) => [
      time(row.recordedAt),
      row.source,
      row.messageId,
      row.line,
      row.code,
      row.detail,
    ]),
  );
  showNext(rows, page);
}
