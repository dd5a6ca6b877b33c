import { assert } from './assert.ts';

/**
 * An amount of stock in hundred-thousandths of a unit, as a safe integer: 1 unit is 100,000.
 * Five decimals, no floats: sums are exact, and equal amounts are equal numbers.
 */
export type Quantity = number;

export const QUANTITY_DECIMALS_MAX = 5;
/** One whole unit. */
export const UNIT: Quantity = 10 ** QUANTITY_DECIMALS_MAX;
/** The most one line may carry, in units: far above any real line, and far below 2^53. */
export const LINE_UNITS_MAX = 1_000_000_000;

/** Reads a JSON number as a quantity; `undefined` if it has more than five decimals or is not finite. */
export function toQuantity(units: number): Quantity | undefined {
  const quantity = Math.round(units * UNIT);
  // Dividing back finds a sixth decimal: 5-decimal values up to a billion survive the round trip exactly.
  return Number.isSafeInteger(quantity) && quantity / UNIT === units ? quantity + 0 : undefined;
}

/** The JSON number of a quantity: 250,000 is 2.5. */
export const toUnits = (quantity: Quantity): number => quantity / UNIT;

/**
 * `a × b`, both quantities, exact and rounded down to five decimals. What thousands of absurd lines come to
 * together, beyond 2^53, is the nearest number there is, as their sum is: a fold never stops at it.
 */
export function multiplyDown(a: Quantity, b: Quantity): Quantity {
  const product = a * b;
  if (Number.isSafeInteger(product)) return Math.floor(product / UNIT) + 0;
  return Number(floorDivide(BigInt(a) * BigInt(b), BigInt(UNIT)));
}

/** `a ÷ b` as a count of whole times, rounded down: how many kits the components make. */
export function timesInto(a: Quantity, b: Quantity): number {
  assert(b > 0, 'a positive divisor');
  return Math.floor(a / b) + 0;
}

/** Rounds down (towards minus infinity) to so many decimals. */
export function roundDown(quantity: Quantity, decimals: number): Quantity {
  const step = stepOfDecimals(decimals);
  return Math.floor(quantity / step) * step + 0;
}

/** True if the quantity has no more decimals than an item allows. */
export const fitsDecimals = (quantity: Quantity, decimals: number): boolean =>
  quantity % stepOfDecimals(decimals) === 0;

/** The least quantity of so many decimals: looked up, for it is asked for with each number that is published. */
export const stepOfDecimals = (decimals: number): Quantity =>
  STEPS[decimals] ?? 10 ** (QUANTITY_DECIMALS_MAX - decimals);
const STEPS = Array.from({ length: QUANTITY_DECIMALS_MAX + 1 }, (_, decimals) => UNIT / 10 ** decimals);

function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor !== 0n && dividend < 0n !== divisor < 0n ? quotient - 1n : quotient;
}
