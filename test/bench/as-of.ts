/**
 * What an item's stock was at a moment in the middle of its life of 10,000 events, asked of the log: the
 * median over many moments.
 */
import { atMost, type Figure, inFolder, median, type Size } from './figure.ts';
import { bytesOf, LINES_MAX, openMerchant, sale, stock } from './merchant.ts';

const EVENTS = 10_000;

export async function asOf({ isShort }: Size): Promise<Figure[]> {
  return inFolder(async (directory) => {
    const merchant = await openMerchant(directory, 'thread');
    await stock(merchant, 1);
    const start = Date.now();
    for (let first = 0; first < EVENTS; first += LINES_MAX) {
      await merchant.tell(bytesOf(Array.from({ length: LINES_MAX }, (_, index) => sale(first + index, 1))));
    }
    await merchant.settled();
    const times: number[] = [];
    for (let question = 0; question < (isShort ? 11 : 41); question++) {
      const asked = performance.now();
      const answer = await merchant.rooms.itemHistory.stockAt('SKU-0', { asOf: start - question });
      times.push(performance.now() - asked);
      if (answer === undefined) throw new Error('An item that was told of.');
    }
    await merchant.close();
    return [atMost('as-of-10,000-events', median(times), 'ms', 50)];
  });
}
