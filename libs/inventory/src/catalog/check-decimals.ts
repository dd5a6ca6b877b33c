import { fitsDecimals, type Quantity } from '#kernel';
import { shown } from '../document/words.ts';
import type { Rejection } from '../rejection.ts';
import type { Item } from './catalog-types.ts';

/**
 * QUANTITY_NOT_INTEGER, QUANTITY_TOO_PRECISE: an amount with more decimals than its item is kept in. `amount` is
 * undefined if it has more than five; `told` ends the sentence of the refusal with what was told instead.
 */
export function checkDecimals(
  { sku, decimals }: Pick<Item, 'sku' | 'decimals'>,
  amount: Quantity | undefined,
  pointer: string,
  told = '',
): Rejection | undefined {
  if (amount !== undefined && fitsDecimals(amount, decimals)) return undefined;
  const [code, allowed] =
    decimals === 0
      ? ['QUANTITY_NOT_INTEGER', 'whole units']
      : ['QUANTITY_TOO_PRECISE', `at most ${decimals} decimals`];
  return {
    code,
    detail: `${shown(sku)} is counted in ${allowed}${told}. Send a quantity that fits, or change the item's decimals.`,
    pointer,
  };
}
