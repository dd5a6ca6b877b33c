import { type Quantity, roundDown, timesInto, UNIT } from '#kernel';

/** The rules that turn an ATS into the number a channel is told. An absent one is not set. */
export interface PublishRules {
  readonly stopAt?: Quantity | undefined;
  readonly buffer: Quantity;
  /** 0 to 100 in hundred-thousandths. */
  readonly percent: Quantity;
  readonly cap?: Quantity | undefined;
  readonly decimals: number;
}

/** The most that is ever told, in whole units: beyond it a quantity is no longer a safe integer. */
export const TOLD_UNITS_MAX = Math.floor(Number.MAX_SAFE_INTEGER / UNIT);

export const ALL_OF_IT: Quantity = 100 * UNIT;

/**
 * 0 if the ATS is at or below `stopAt`; else the lesser of `cap` and percent ÷ 100 × (ATS − buffer), exact,
 * rounded down to the item's decimals, never below 0.
 */
export function publishedOf(
  ats: Quantity,
  { stopAt, buffer, percent, cap, decimals }: PublishRules,
): Quantity {
  if (stopAt !== undefined && ats <= stopAt) return 0;
  const part = percentDown(ats - buffer, percent);
  const capped = cap !== undefined && cap < part ? cap : part;
  return Math.max(0, roundDown(capped, decimals));
}

/** How many of a listing of `unitsPer` units each an item's number makes; whole ones only, unless `unitsPer` is 1. */
export const perListing = (published: Quantity, unitsPer: Quantity): Quantity =>
  unitsPer === UNIT ? published : wholeUnits(timesInto(published, unitsPer));

/** How many kits can be made of what a channel may sell of each component. */
export function kitsIn(
  components: readonly { readonly available: Quantity; readonly required: Quantity }[],
): Quantity {
  let kits = Infinity;
  for (const { available, required } of components) kits = Math.min(kits, timesInto(available, required));
  return Number.isFinite(kits) ? wholeUnits(kits) : 0;
}

const wholeUnits = (units: number): Quantity => Math.min(units, TOLD_UNITS_MAX) * UNIT;

/** Rounded down; 0 of a quantity that is not positive. */
function percentDown(quantity: Quantity, percent: Quantity): Quantity {
  if (quantity <= 0) return 0;
  if (percent === ALL_OF_IT) return quantity;
  const product = quantity * percent;
  if (Number.isSafeInteger(product)) return Math.floor(product / ALL_OF_IT);
  return Number((BigInt(quantity) * BigInt(percent)) / BigInt(ALL_OF_IT));
}
