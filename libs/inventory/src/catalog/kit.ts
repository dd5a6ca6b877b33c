import { LINE_UNITS_MAX, multiplyDown, type Quantity, UNIT } from '#kernel';
import type { Component } from '../journal-event.ts';
import type { CatalogView, Item } from './catalog-types.ts';

type Items = Pick<CatalogView, 'item'>;

/** More than any line may carry: a kit that would hold as much of something is refused. */
export const PART_QUANTITY_CEILING: Quantity = (LINE_UNITS_MAX + 1) * UNIT;
/** The least there is of anything. */
const QUANTITY_MIN: Quantity = 1;
/** How deep kits of kits may be stacked. */
export const KIT_DEPTH_MAX = 32;

export const isKit = (item: Item): boolean => item.components.length > 0;

/**
 * What one of a kit holds in the end: a kit of kits is the sum of what these hold, ordinary items only, each
 * once, in the order in which they are first met. Empty for an ordinary item, and for one not in the catalog.
 */
export function flattenKit(items: Items, sku: string): readonly Component[] {
  const kit = items.item(sku);
  if (kit === undefined || !isKit(kit)) return [];
  const parts = new Map<string, Quantity>();
  const known = new Map<string, readonly Component[]>();
  for (const component of kit.components) addParts(parts, component, inner);
  return [...parts].map(([partSku, quantity]) => ({ sku: partSku, quantity }));

  /** What one of an inner kit holds; each is looked into once, however often it is met. */
  function inner(innerSku: string): readonly Component[] {
    const before = known.get(innerSku);
    if (before !== undefined) return before;
    known.set(innerSku, []); // Set-up refuses cycles; should one be there all the same, it ends here.
    const innerParts = new Map<string, Quantity>();
    for (const component of items.item(innerSku)?.components ?? []) addParts(innerParts, component, inner);
    const components = [...innerParts].map(([partSku, quantity]) => ({ sku: partSku, quantity }));
    known.set(innerSku, components);
    return components;
  }
}

/** The kits that are stacked in one, with how many of each it holds in the end; none of an ordinary item. */
export function innerKits(items: Items, sku: string): readonly Component[] {
  const known = new Map<string, ReadonlyMap<string, Quantity>>();
  return [...inner(sku)].map(([kitSku, quantity]) => ({ sku: kitSku, quantity }));

  function inner(ofSku: string): ReadonlyMap<string, Quantity> {
    const before = known.get(ofSku);
    if (before !== undefined) return before;
    const counts = new Map<string, Quantity>();
    known.set(ofSku, counts); // Set-up refuses cycles; should one be there all the same, it ends here.
    const add = (kitSku: string, quantity: Quantity): unknown =>
      counts.set(kitSku, Math.min((counts.get(kitSku) ?? 0) + quantity, PART_QUANTITY_CEILING));
    for (const component of items.item(ofSku)?.components ?? []) {
      if (items.item(component.sku)?.components.length) add(component.sku, component.quantity);
      for (const [kitSku, quantity] of inner(component.sku)) add(kitSku, times(quantity, component.quantity));
    }
    return counts;
  }
}

function addParts(
  parts: Map<string, Quantity>,
  component: Component,
  inner: (sku: string) => readonly Component[],
): void {
  const held = inner(component.sku);
  if (held.length === 0) {
    parts.set(component.sku, (parts.get(component.sku) ?? 0) + component.quantity);
    return;
  }
  for (const { sku, quantity } of held) {
    parts.set(
      sku,
      Math.min((parts.get(sku) ?? 0) + times(quantity, component.quantity), PART_QUANTITY_CEILING),
    );
  }
}

/**
 * `a × b`, which may be so small that it comes to less than can be told: an inner kit may be defined anew. No
 * kit holds nothing of a part, for then there would be no end of kits.
 */
const times = (a: Quantity, b: Quantity): Quantity => Math.max(QUANTITY_MIN, multiplyDown(a, b));

/** The way from a kit through what it would hold back to itself, such as `A, B, A`; undefined if there is none. */
export function cycleOf(items: Items, kit: Item): readonly string[] | undefined {
  const seen = new Set<string>();
  const way: string[] = [kit.sku];
  return kit.components.some(({ sku }) => leadsBack(sku)) ? way : undefined;

  function leadsBack(sku: string): boolean {
    way.push(sku);
    if (sku === kit.sku) return true;
    if (!seen.has(sku)) {
      seen.add(sku);
      const components = items.item(sku)?.components ?? [];
      if (components.some((component) => leadsBack(component.sku))) return true;
    }
    way.pop();
    return false;
  }
}

/** How many kits are stacked in it; 0 for an ordinary item. */
export function kitDepth(items: Items, kit: Item): number {
  const depths = new Map<string, number>();
  return depthOf(kit);

  function depthOf(item: Item): number {
    const before = depths.get(item.sku);
    if (before !== undefined) return before;
    depths.set(item.sku, 0); // Ends a cycle, should there be one.
    const inner = item.components.map(({ sku }) => items.item(sku)).filter((held) => held !== undefined);
    const depth = isKit(item) ? 1 + Math.max(0, ...inner.map(depthOf)) : 0;
    depths.set(item.sku, depth);
    return depth;
  }
}
