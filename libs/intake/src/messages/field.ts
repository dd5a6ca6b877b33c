import 'reflect-metadata';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsBoolean,
  IsIn,
  IsNumber,
  IsString,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { DISPOSITIONS, MESSAGE_LINES_MAX } from '#inventory';
import { isAttributes, isFreeText, isPlainObject, isWebAddress } from '../scalars/free-text.ts';
import { isIdText, isSlugText } from '../scalars/id-text.ts';
import { parseInstant } from '../scalars/instant-text.ts';
import { isQuantityNumber, type QuantityRule } from '../scalars/quantity-number.ts';

/**
 * The rules of one field of a message: class-validator decorators, and how its value becomes ours.
 * They are applied by `define` instead of with `@`, so that the sources run as they stand.
 */
export interface Field<Optional extends boolean = boolean> {
  readonly decorators: readonly PropertyDecorator[];
  readonly isOptional: Optional;
  readonly reading: Reading;
}

/** How a told value becomes the value of our message. */
type Reading =
  | { readonly as: 'told' | 'quantity' | 'instant' | 'attributes' }
  | { readonly as: 'object' | 'lines'; readonly type: WireClass };

/** A class that stands for one JSON object, filled by class-transformer. */
export type WireClass = new () => object;

/** The classes and their fields, in the order in which their fields are written. */
const shapes = new Map<WireClass, ReadonlyMap<string, Field>>();

/** Gives a class its fields: all of the type that it stands for, each optional exactly if it is there. */
export function define<Data>(
  type: WireClass,
  description: string,
  fields: { readonly [Name in keyof Required<Data>]: Field<undefined extends Data[Name] ? true : false> },
): void {
  const entries = Object.entries<Field>(fields);
  for (const [name, { decorators }] of entries) {
    for (const decorate of decorators) decorate(type.prototype as object, name);
  }
  JSONSchema({ description })(type);
  shapes.set(type, new Map(entries));
}

export const shapeOf = (type: WireClass): ReadonlyMap<string, Field> => shapes.get(type)!;

/** The field may be left out; null is not the same as left out. */
export const optional = ({ decorators, reading }: Field<false>): Field<true> => ({
  decorators: [ValidateIf((_, value: unknown) => value !== undefined), ...decorators],
  isOptional: true,
  reading,
});

/** An id of the sender's: 1 to 128 characters. */
export const id = (description: string): Field<false> => told(description, check('isId', isIdText));
export const sku = (description: string): Field<false> => told(description, check('isSku', isIdText));
/** The id of a source, channel or location. */
export const slug = (description: string): Field<false> => told(description, check('isSlug', isSlugText));
export const text = (description: string): Field<false> => told(description, check('isFreeText', isFreeText));
export const webAddress = (description: string): Field<false> =>
  told(description, check('isWebAddress', isWebAddress));

export const amount = (description: string): Field<false> =>
  told(description, IsNumber({ allowInfinity: false, allowNaN: false }));

export const flag = (description: string): Field<false> => told(description, IsBoolean());

/** An integer from 0 to 2^53 − 1. */
export const runningNumber = (description: string): Field<false> =>
  told(description, check('isRunningNumber', isRunningNumber));

export const disposition = (description: string): Field<false> =>
  told(description, IsString(), IsIn([...DISPOSITIONS]));

export const oneOf = (description: string, values: readonly string[]): Field<false> =>
  told(description, IsString(), IsIn([...values]));

export const anyText = (description: string): Field<false> => told(description, IsString());

export const instant = (description: string): Field<false> => ({
  ...told(description, check('isInstant', isInstantText)),
  reading: { as: 'instant' },
});

export const quantity = (rule: QuantityRule, description = QUANTITY_WORDS[rule]): Field<false> => ({
  ...told(
    description,
    check('isQuantity', (value) => isQuantityNumber(value, rule), rule),
  ),
  reading: { as: 'quantity' },
});

export const attributes = (): Field<false> => ({
  ...told('For the sender to use freely: kept but never interpreted.', check('isAttributes', isAttributes)),
  reading: { as: 'attributes' },
});

export const object = (type: WireClass, description: string): Field<false> => ({
  ...told(
    description,
    check('isPlainObject', isPlainObject),
    ValidateNested(),
    Type(() => type),
  ),
  reading: { as: 'object', type },
});

export const lines = (type: WireClass): Field<false> => ({
  ...told(
    `One to ${MESSAGE_LINES_MAX} lines.`,
    check('isLines', isLines),
    ArrayMaxSize(MESSAGE_LINES_MAX),
    ValidateNested({ each: true }),
    Type(() => type),
  ),
  reading: { as: 'lines', type },
});

export const isInstantText = (value: unknown): value is string =>
  typeof value === 'string' && !Number.isNaN(parseInstant(value));

export const isRunningNumber = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

/** Needed because class-validator passes over elements that are no objects, and takes an array for an object. */
const isLines = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every(isPlainObject);

const QUANTITY_WORDS: Record<QuantityRule, string> = {
  positive: 'How much: more than 0, at most five decimals.',
  notNegative: 'How much: 0 or more, at most five decimals.',
  signed: 'How much to add, or take away if negative: not 0, at most five decimals.',
};

const told = (description: string, ...decorators: PropertyDecorator[]): Field<false> => ({
  decorators: [...decorators, JSONSchema({ description }) as PropertyDecorator],
  isOptional: false,
  reading: { as: 'told' },
});

function check(name: string, validate: (value: unknown) => boolean, constraint?: string): PropertyDecorator {
  const constraints = constraint === undefined ? [] : [constraint];
  return ValidateBy({ name, constraints, validator: { validate } });
}
