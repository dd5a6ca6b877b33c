import { LINE_UNITS_MAX, multiplyDown, type Quantity, UNIT } from '#kernel';
import type { Component } from '../journal-event.ts';

/** The most one line may carry. */
export const LINE_QUANTITY_MAX: Quantity = LINE_UNITS_MAX * UNIT;

/**
 * `a × b`, both quantities of at most one line; undefined where that has more than five decimals. Exact as far as
 * one line may carry it: beyond, only that it is more.
 */
export function timesExactly(a: Quantity, b: Quantity): Quantity | undefined {
  const product = a * b;
  if (Number.isSafeInteger(product)) return product % UNIT === 0 ? product / UNIT + 0 : undefined;
  const exact = BigInt(a) * BigInt(b);
  return exact % BigInt(UNIT) === 0n ? Number(exact / BigInt(UNIT)) : undefined;
}

/** How much of which item: the item itself, or what the components of so many kits come to. */
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

/** Hands out `total` to the parts in their order; what is left over of each, where they are more than it. */
export function excessOver(total: Quantity, parts: readonly Quantity[]): Quantity[] {
  let left = Math.max(0, total);
  return parts.map((part) => {
    const taken = Math.min(left, part);
    left -= taken;
    return part - taken;
  });
}
