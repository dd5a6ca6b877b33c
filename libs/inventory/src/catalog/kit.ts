import { LINE_UNITS_MAX, multiplyDown, type Quantity, UNIT } from '#kernel';
import type { Component } from '../journal-event.ts';
import type { CatalogView, Item } from './catalog-types.ts';

type Items = Pick<CatalogView, 'item'>;

/** More than any line may carry: a kit that would hold this much of something is refused. */
export const PART_QUANTITY_CEILING: Quantity = (LINE_UNITS_MAX + 1) * UNIT;
/** The smallest quantity. */
const QUANTITY_MIN: Quantity = 1;
/** How deep kits may be nested. */
export const KIT_DEPTH_MAX = 32;

export const isKit = (item: Item): boolean => item.components.length > 0;

/** Everything that one kit holds at any depth, each item once, in the order in which it is first met. */
export interface Stacked {
  /** Ordinary items only: a kit of kits is the sum of what its kits hold. */
  readonly parts: readonly Component[];
  /** The kits within it. */
  readonly kits: readonly Component[];
}

/** The ordinary items of `stackedIn`. */
export const flattenKit = (items: Items, sku: string): readonly Component[] => stackedIn(items, sku).parts;

/** Empty for an ordinary item, and for one not in the catalog. */
export function stackedIn(items: Items, sku: string): Stacked {
  const kit = items.item(sku);
  if (kit === undefined || !isKit(kit)) return NOTHING;
  const known = new Map<string, Stacked>();
  return sumOf(kit.components, inner);

  /** What one of an inner kit holds; each is looked into once, however often it is met. */
  function inner(innerSku: string): Stacked {
    const before = known.get(innerSku);
    if (before !== undefined) return before;
    known.set(innerSku, NOTHING); // Set-up refuses cycles; if there is one nevertheless, it ends here.
    const stacked = sumOf(items.item(innerSku)?.components ?? [], inner);
    known.set(innerSku, stacked);
    return stacked;
  }
}

const NOTHING: Stacked = { parts: [], kits: [] };

function sumOf(components: readonly Component[], inner: (sku: string) => Stacked): Stacked {
  const parts = new Map<string, Quantity>();
  const kits = new Map<string, Quantity>();
  for (const { sku, quantity } of components) {
    const held = inner(sku);
    add(held.parts.length === 0 ? parts : kits, sku, quantity);
    for (const part of held.parts) add(parts, part.sku, times(part.quantity, quantity));
    for (const kit of held.kits) add(kits, kit.sku, times(kit.quantity, quantity));
  }
  return { parts: componentsIn(parts), kits: componentsIn(kits) };
}

const add = (sums: Map<string, Quantity>, sku: string, quantity: Quantity): unknown =>
  sums.set(sku, Math.min((sums.get(sku) ?? 0) + quantity, PART_QUANTITY_CEILING));

const componentsIn = (sums: ReadonlyMap<string, Quantity>): readonly Component[] =>
  [...sums].map(([sku, quantity]) => ({ sku, quantity }));

/**
 * `a × b`, but at least the smallest quantity: an inner kit that was redefined since may hold less than that of a part.
 * A kit that held nothing of a part could be made without end.
 */
const times = (a: Quantity, b: Quantity): Quantity => Math.max(QUANTITY_MIN, multiplyDown(a, b));

/** The path from a kit through its components back to itself, such as `A, B, A`; undefined if there is none. */
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

/** How deep kits are nested in it; 0 for an ordinary item. */
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
