import type { Explanation, Term } from './answers.ts';

/**
 * The published formula, computed by hand from an explanation's terms: what anybody could do with a pencil.
 * It shares no code with the room that computes the numbers. In hundred-thousandths, so that nothing is lost.
 */
export function availableByHand(explanation: Explanation): number {
  const { components, terms } = explanation;
  return components === undefined ? toUnits(ofItem(terms)) : toUnits(ofKit(components, terms));
}

const UNIT = 100_000n;
const exact = (units: number): bigint => BigInt(Math.round(units * Number(UNIT)));
const toUnits = (quantity: bigint): number => Number(quantity) / Number(UNIT);

function ofItem(terms: readonly Term[]): bigint {
  const sum = sumOf(terms);
  const ats =
    sum('sellable') -
    sum('committed') -
    sum('reserved') -
    sum('locationSafetyStock') -
    sum('safetyStock') -
    sum('ringFenced');
  const only = onlyOf(terms);
  const stopAt = only('stopAt');
  if (stopAt !== undefined && ats <= stopAt) return 0n;
  const share = divideDown((ats - sum('buffer')) * (only('percent') ?? 100n * UNIT), 100n * UNIT);
  const offered = least(share, only('cap'));
  const step = 10n ** (5n - (only('decimals') ?? 0n) / UNIT);
  const rounded = atLeastZero(divideDown(offered, step) * step);
  const unitsPer = only('unitsPer');
  return unitsPer === undefined || unitsPer === UNIT ? rounded : divideDown(rounded, unitsPer) * UNIT;
}

function ofKit(components: NonNullable<Explanation['components']>, terms: readonly Term[]): bigint {
  const only = onlyOf(terms);
  const kits = components
    .map((component) => divideDown(ofItem(component.terms), exact(component.required)) * UNIT)
    .reduce((fewest, made) => (made < fewest ? made : fewest));
  const stopAt = only('stopAt');
  return stopAt !== undefined && kits <= stopAt ? 0n : atLeastZero(least(kits, only('cap')));
}

const sumOf =
  (terms: readonly Term[]) =>
  (name: string): bigint =>
    terms.filter((term) => term.name === name).reduce((sum, term) => sum + exact(term.value), 0n);

const onlyOf =
  (terms: readonly Term[]) =>
  (name: string): bigint | undefined => {
    const term = terms.find((one) => one.name === name);
    return term === undefined ? undefined : exact(term.value);
  };

const least = (a: bigint, b: bigint | undefined): bigint => (b !== undefined && b < a ? b : a);
const atLeastZero = (a: bigint): bigint => (a < 0n ? 0n : a);

/** Rounds towards minus infinity. */
function divideDown(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor !== 0n && dividend < 0n !== divisor < 0n ? quotient - 1n : quotient;
}
