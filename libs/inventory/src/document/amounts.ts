import { LINE_UNITS_MAX, multiplyDown, type Quantity, UNIT } from '#kernel';
import type { Component } from '../journal-event.ts';

/** The most one line may carry. */
export const LINE_QUANTITY_MAX: Quantity = LINE_UNITS_MAX * UNIT;

/**
 * `a × b`, both quantities that one line may carry; undefined if the product has more than five decimals. Exact up to
 * what one line may carry; a greater result only says that it is more.
 */
export function timesExactly(a: Quantity, b: Quantity): Quantity | undefined {
  const product = a * b;
  if (Number.isSafeInteger(product)) return product % UNIT === 0 ? product / UNIT + 0 : undefined;
  const exact = BigInt(a) * BigInt(b);
  return exact % BigInt(UNIT) === 0n ? Number(exact / BigInt(UNIT)) : undefined;
}

/** How much of which items: the item itself, or the components of `quantity` kits. */
export function amountsOf(
  { sku, components }: { readonly sku: string; readonly components?: readonly Component[] },
  quantity: Quantity,
): readonly Component[] {
  if (components === undefined) return [{ sku, quantity }];
  // Exact: a line that would not be has been refused, so that nothing is rounded here.
  return components.map((component) => ({
    sku: component.sku,
    quantity: multiplyDown(quantity, component.quantity),
  }));
}

/** By how much each part exceeds its share, if `total` is shared among the parts in their order. */
export function excessOver(total: Quantity, parts: readonly Quantity[]): Quantity[] {
  let left = Math.max(0, total);
  return parts.map((part) => {
    const taken = Math.min(left, part);
    left -= taken;
    return part - taken;
  });
}
