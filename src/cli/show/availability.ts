import type { AvailabilityBody } from '#publishing';
import type { Page } from '../terminal/page.ts';
import { time } from '../terminal/words.ts';
import type { PageOf } from './answers.ts';
import { showNext } from './paging.ts';

export function showNumbers(numbers: PageOf<AvailabilityBody>, page: Page): void {
  if (numbers.items.length === 0) return page.line('This channel has no listings yet.');
  page.table(
    ['listing', 'sku', 'may sell', 'because of', 'since (UTC)', 'version'],
    numbers.items.map((row) => [
      row.listing,
      row.sku,
      row.available,
      row.reason,
      time(row.recordedAt),
      row.version,
    ]),
  );
  showNext(numbers, page);
}
