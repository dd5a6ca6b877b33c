import type { JsonSchema } from '#intake';
import { SCHEMA_PREFIX } from '#intake';

/** The few forms that answers are made of. */

export type Schema = JsonSchema;

export const schemaRef = (name: string): { $ref: string } => ({ $ref: `${SCHEMA_PREFIX}${name}` });

export const text: Schema = { type: 'string' };
export const number: Schema = { type: 'number' };
export const count: Schema = { type: 'integer', minimum: 0 };
export const position: Schema = {
  type: 'integer',
  minimum: 0,
  description: 'A position in the log; it only grows.',
};
export const time: Schema = { type: 'string', format: 'date-time', description: 'UTC, with milliseconds.' };
/**
 * Not by `anyOf`, whose null many generators of clients lose. Of an object, they take it only in a field that may be
 * left out (`?`), whether it ever is or not.
 */
export const orNull = (schema: Schema): Schema => ({ ...schema, type: [schema['type'], 'null'] });
export const flag: Schema = { type: 'boolean' };
export const words = (...values: readonly string[]): Schema => ({ type: 'string', enum: values });
export const list = (items: Schema | { $ref: string }): Schema => ({ type: 'array', items });
export const map = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });

/** Fields that end in `?` may be left out. */
export function object(
  fields: Readonly<Record<string, Schema | { $ref: string }>>,
  more: Partial<Schema> = {},
): Schema {
  const names = Object.keys(fields);
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name.replace('?', ''), fields[name] as Schema])),
    required: names.filter((name) => !name.endsWith('?')),
    additionalProperties: false,
    ...more,
  };
}

export const says = (description: string, schema: Schema): Schema => ({ ...schema, description });
