import type { Instant } from '#kernel';
import type { Mapping } from './mapping.ts';
import type { Evaluate, MappedRow } from './row.ts';
import type { MessageRule } from './rule.ts';

/** What the rules make of a row. It is `unusable` if its document cannot be named: the row's problems say why. */
type Ruled =
  | { readonly kind: 'skipped'; readonly rule: string }
  | { readonly kind: 'message'; readonly message: MessageRule; readonly key: string }
  | { readonly kind: 'unusable' };

/** Finds the first rule that fits, and the name of the document that the row belongs to. */
export function applyRules(mapping: Mapping, row: MappedRow): Ruled {
  const rule = mapping.rules.find(({ when }) => when === undefined || when(row));
  if (row.problems.length > 0) return { kind: 'unusable' };
  if (rule === undefined) {
    row.report(
      'MAPPING_NO_RULE',
      undefined,
      `no rule of the mapping ${mapping.name} matches this row. Add a rule for it.`,
    );
    return { kind: 'unusable' };
  }
  const { name, message } = rule;
  if (message === undefined) return { kind: 'skipped', rule: name };
  const key = message.groupBy === undefined ? idOf(message, row) : keyOf(name, message.groupBy, row);
  return row.problems.length > 0 ? { kind: 'unusable' } : { kind: 'message', message, key };
}

/** When the row happened; undefined, with a problem of the row, if that cannot be read. */
export function timeOf(message: MessageRule, row: MappedRow): Instant | undefined {
  const time = message.time(row);
  return typeof time === 'number' ? time : undefined;
}

/** Values as one name, such as `sold:1001`. What separates them is escaped, so different keys have different names. */
export const joinKey = (values: readonly string[]): string =>
  values
    .map((value) => (/[%:]/.test(value) ? value.replaceAll('%', '%25').replaceAll(':', '%3A') : value))
    .join(':');

/** The first part of a document has its name; the second `…/2`. */
export const partId = (key: string, part: number): string => (part === 1 ? key : `${key}/${part}`);

function keyOf(rule: string, groupBy: readonly Evaluate[], row: MappedRow): string {
  const values = groupBy.map((evaluate) => String(evaluate(row) ?? ''));
  if (values.includes(''))
    row.report(
      'MISSING_FIELD',
      undefined,
      'the row is empty in every column, or one of them, that "groupBy" names. Fill it in.',
    );
  return joinKey([rule, ...values]);
}

function idOf(message: MessageRule, row: MappedRow): string {
  return String(message.id?.(row) ?? '');
}
