/**
 * Holds by 64 callers, each of which waits for its durable answer before it asks again: all of one item, and
 * each of another item, by turns. What one item allows is what its commands of one turn make together.
 */
import { UNIT } from '#kernel';
import { atLeast, type Figure, inFolder, median, shown, type Size } from './figure.ts';
import { openMerchant, skuOf, stock } from './merchant.ts';

const CALLERS = 64;
const ITEMS = 2_000;

export async function hotItem({ isShort }: Size): Promise<Figure[]> {
  const holds = isShort ? 4_000 : 20_000;
  const rounds = isShort ? 3 : 7;
  return inFolder(async (directory) => {
    const merchant = await openMerchant(directory, 'thread');
    await stock(merchant, ITEMS);
    const { desk } = merchant.rooms.ledger;
    const rates = { many: [] as number[], hot: [] as number[] };
    for (let round = 0; round < rounds * 2; round++) {
      const name = round % 2 === 0 ? 'many' : 'hot';
      let next = 0;
      const start = performance.now();
      const call = async (): Promise<void> => {
        for (let number = next++; number < holds; number = next++) {
          await desk.submit(skuOf(name === 'hot' ? 0 : number % ITEMS), {
            ...{
              type: 'reserve',
              reservationId: `${name}-${round}-${number}`,
              request: 0,
              channel: 'pos',
              partial: false,
            },
            ...{ wanted: [{ quantity: UNIT }], expiresAt: Date.now() + 3_600_000, step: UNIT },
          });
        }
      };
      await Promise.all(Array.from({ length: CALLERS }, call));
      rates[name].push(holds / ((performance.now() - start) / 1_000));
      await merchant.settled();
    }
    await merchant.close();
    const ratio = median(rates.hot.map((hot, round) => hot / rates.many[round]!));
    return [
      atLeast('hot-item', ratio, '× many items', 1),
      shown('hot-item-rate', median(rates.hot), 'holds/s'),
      shown('many-items-rate', median(rates.many), 'holds/s'),
    ];
  });
}
