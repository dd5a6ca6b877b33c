import { type Field, fields } from '#intake';
import { CHANNEL_LOCATIONS_MAX, POLICY_ENTRIES_MAX } from '#inventory';
import { IsInt, IsNumber, Max, Min } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';

/** Kinds of fields that messages do not have, in the same terms. */

const SLUG = { type: 'string', 'x-slug': true };

export const integer = (description: string, least: number, most: number): Field<false> =>
  field(description, { type: 'integer' }, IsInt(), Min(least), Max(most));

/** Ids of locations, in an order that counts. */
export const slugs = (description: string): Field<false> =>
  field(description, { type: 'array', maxItems: CHANNEL_LOCATIONS_MAX, uniqueItems: true, items: SLUG });

/** By the id of a channel or location: a quantity, 0 or more. */
export const quantities = (description: string): Field<false> =>
  field(description, {
    type: 'object',
    maxProperties: POLICY_ENTRIES_MAX,
    propertyNames: SLUG,
    additionalProperties: { type: 'number', 'x-quantity': 'notNegative' },
  });

/** A percentage, with at most five decimals. */
export const percentage = (description: string): Field<false> => {
  const { decorators, ...quantity } = fields.quantity('notNegative', description);
  return {
    ...quantity,
    decorators: [...decorators, Max(100), schema({ description, minimum: 0, maximum: 100 })],
  };
};

/** Up to `most` objects of a class; none is fine. */
export const objects = (
  type: Parameters<typeof fields.lines>[0],
  description: string,
  most: number,
): Field<false> => {
  const { decorators, ...list } = fields.lines(type);
  return { ...list, decorators: [...decorators, schema({ description, minItems: 0, maxItems: most })] };
};

const field = (
  description: string,
  words: Readonly<Record<string, unknown>>,
  ...decorators: PropertyDecorator[]
): Field<false> => ({
  decorators: [...decorators, schema({ description, ...words })],
  isOptional: false,
  reading: { as: 'told' },
});

const schema = (words: Readonly<Record<string, unknown>>): PropertyDecorator =>
  JSONSchema(words) as PropertyDecorator;

/** A quantity of any sign, 0 too: what was on hand may be owed. */
export const anyAmount = (description: string): Field<false> =>
  field(description, {}, IsNumber({ allowInfinity: false, allowNaN: false }));
