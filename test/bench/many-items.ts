/**
 * A million items, each with stock at one location and a number in each of three channels. They are made once,
 * through the chain itself: the items defined by the catalog's desk, the stock told in receipts of a thousand
 * lines, which post to each item on its own.
 *
 * heap: what is used after a full collection, when all of that has just gone through, less what was used by
 * the same rooms over an empty folder in the same process; divided by the item-locations. Rows that are not
 * hot are in the read model's file: its pages in the operating system's cache are not counted.
 *
 * start: from the start of the process (`onhand start`, as built) to its readiness (`/health/ready` answers
 * 200), over that folder, closed in order. Median.
 */
import { atMost, type Figure, inFolder, median, shown, type Size } from './figure.ts';
import { type Merchant, openMerchant, stock } from './merchant.ts';
import { startService } from './service.ts';

const MILLION = 1_000_000;

export async function manyItems({ isShort }: Size): Promise<Figure[]> {
  const items = isShort ? 10_000 : MILLION;
  const empty = await inFolder(async (directory) => heapOf(await openMerchant(directory, 'thread')));
  return inFolder(async (directory) => {
    const merchant = await openMerchant(directory, 'thread');
    const began = performance.now();
    await stock(merchant, items);
    const madePerSecond = items / ((performance.now() - began) / 1_000);
    const bytes = await heapOf(merchant);
    const starts: number[] = [];
    for (let round = 0; round < 3; round++) {
      const start = performance.now();
      const service = await startService(directory);
      starts.push((performance.now() - start) / 1_000);
      await service.stop();
    }
    const heap = (bytes - empty) / items;
    return [
      shown('items', items, 'items'),
      shown('items-defined-and-received', madePerSecond, 'items/s'),
      isShort // What is the same for any number of items weighs on few.
        ? shown('heap-per-item-location', heap, 'bytes')
        : atMost('heap-per-item-location', heap, 'bytes', 250),
      atMost('start', median(starts), 's', 10),
    ];
  });
}

/** Bytes in use after a full collection; the merchant is closed afterwards. */
async function heapOf(merchant: Merchant): Promise<number> {
  globalThis.gc!();
  globalThis.gc!();
  const { heapUsed } = process.memoryUsage();
  await merchant.close();
  return heapUsed;
}
