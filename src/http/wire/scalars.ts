import { type Instant, type Quantity, QUANTITY_DECIMALS_MAX, timeWriter, toQuantity, toUnits } from '#kernel';
import { parseInstant } from '#intake';
import { refuse, shown } from '../problem.ts';

/** The one place where the outside's numbers and times become ours, and ours become theirs. */

/** A valid number of the outside: at most five decimals. */
export function quantity(units: number): Quantity {
  const read = toQuantity(units);
  if (read !== undefined) return read;
  const detail = `${shown(units)} has more than ${QUANTITY_DECIMALS_MAX} decimals. Round it before you send it.`;
  throw refuse('QUANTITY_TOO_PRECISE', detail);
}

export const quantityMap = (told: Readonly<Record<string, number>>): Record<string, Quantity> =>
  mapped(told, quantity);

/** A valid RFC 3339 text. */
export const instant = (text: string): Instant => parseInstant(text);

export const units = (amount: Quantity): number => toUnits(amount);

export const unitsMap = (ours: Readonly<Record<string, Quantity>>): Record<string, number> =>
  mapped(ours, toUnits);

/** RFC 3339 in UTC, with milliseconds. */
export const time = timeWriter();

function mapped<From, To>(
  entries: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, change(value)]));
}

/** The same object without what is undefined: a field that is not there is left out, never null. */
export function present<Given extends object>(given: Given): Present<Given> {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) if (value !== undefined) kept[key] = value;
  return kept as Present<Given>;
}

type Present<Given> = {
  [Key in keyof Given as undefined extends Given[Key] ? never : Key]: Given[Key];
} & { [Key in keyof Given as undefined extends Given[Key] ? Key : never]?: Exclude<Given[Key], undefined> };
