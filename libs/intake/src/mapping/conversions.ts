import { LINE_UNITS_MAX, QUANTITY_DECIMALS_MAX, toUnits, UNIT } from '#kernel';
import { shown } from '../problem.ts';
import { parseInstant } from '../scalars/instant-text.ts';
import { parseQuantityWords } from '../scalars/quantity-number.ts';
import { localTimeParser } from './local-time.ts';
import type { MappedRow, Value } from './row.ts';
import type { Zone } from './zone.ts';

/** Makes a value of a column's words, or reports why it cannot and gives undefined. */
export type Convert = (words: string, row: MappedRow, column: number | undefined) => Value;

/** A decimal number as a quantity in units, exact: digits and a point. Separators of a language are not guessed. */
export const toQuantityValue: Convert = (words, row, column) => {
  const parsed = parseQuantityWords(words);
  if (parsed === undefined) {
    const form = 'Write digits with a point, such as 12 or 0.5, without spaces or thousands';
    return row.report('QUANTITY_FORMAT', column, `${shown(words)} is not a quantity. ${form}.`);
  }
  if (parsed.decimals > QUANTITY_DECIMALS_MAX) {
    const detail = `${shown(words)} has more than ${QUANTITY_DECIMALS_MAX} decimals. Round it.`;
    return row.report('QUANTITY_TOO_PRECISE', column, detail);
  }
  if (Math.abs(parsed.quantity) > LINE_UNITS_MAX * UNIT) {
    const detail = `${shown(words)} is out of range. Send at most ${LINE_UNITS_MAX} in one line.`;
    return row.report('QUANTITY_OUT_OF_RANGE', column, detail);
  }
  return toUnits(parsed.quantity);
};

/** A decimal number that is no quantity, such as a price. */
export const toNumberValue: Convert = (words, row, column) => {
  if (/^-?\d{1,15}(?:\.\d{1,15})?$/.test(words)) return Number(words);
  return row.report('NUMBER_FORMAT', column, `${shown(words)} is not a number. Write digits with a point.`);
};

/** A SKU: as it stands, unless a spreadsheet has plainly made something else of it. */
export const toSkuValue: Convert = (words, row, column) => {
  if (
    !/^\d+(?:\.\d+)?E\+\d+$/i.test(words) &&
    !/^\d{1,2}-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)$/i.test(words)
  ) {
    return words;
  }
  const detail = `${shown(words)} looks like a code that a spreadsheet has turned into a number or a date.`;
  return row.report('SKU_SUSPECT_EXCEL', column, `${detail} Export the column as text.`);
};

/** A time as RFC 3339 with an offset. */
export const toInstantValue: Convert = (words, row, column) => {
  const instant = parseInstant(words);
  return Number.isNaN(instant) ? badTime(words, row, column, '2026-11-20T10:15:30Z') : instant;
};

/**
 * A time on the clocks of a place, in a format such as `yyyy-MM-dd HH:mm:ss`. A time that the clocks show twice is the first
 * of both; one that they skip is refused. The last time is remembered, because rows of one document mostly have the same.
 */
export function localInstant(format: string, zone: Zone): Convert | undefined {
  const parse = localTimeParser(format);
  if (parse === undefined) return undefined;
  let lastWords = '';
  let lastInstant: number | undefined;
  return (words, row, column) => {
    if (words !== lastWords) {
      const local = parse(words);
      lastInstant = Number.isNaN(local) ? undefined : zone.instantOf(local);
      lastWords = words;
    }
    return lastInstant ?? badTime(words, row, column, format);
  };
}

function badTime(words: string, row: MappedRow, column: number | undefined, form: string): undefined {
  const detail = `${shown(words)} is not a valid time. Write it like ${form}.`;
  return row.report('TIMESTAMP_INVALID', column, detail);
}
