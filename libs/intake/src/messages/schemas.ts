import { createRequire } from 'node:module';
import type { MetadataStorage } from 'class-transformer/types/MetadataStorage.js';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import { SLUG, SLUG_LENGTH_MAX } from '#inventory';
import { ATTRIBUTES_MAX, ID_LENGTH_MAX, TEXT_LENGTH_MAX } from '../limits.ts';
import { Envelope } from './envelope.ts';
import { shapeOf, type WireClass } from './field.ts';
import { MESSAGE_CLASSES } from './message-classes.ts';

/** A JSON Schema (2020-12), as far as it is made here. */
export type JsonSchema = { [keyword: string]: unknown; properties?: Record<string, JsonSchema> };

/** class-transformer shows its storage only to CommonJS. */
const { defaultMetadataStorage } = createRequire(import.meta.url)('class-transformer/cjs/storage') as {
  defaultMetadataStorage: MetadataStorage;
};

/** Where schemas point to each other, in OpenAPI and AsyncAPI alike. */
export const SCHEMA_PREFIX = '#/components/schemas/';

/**
 * Each of our own rules as a keyword for Ajv (`compile`), and in the words that any reader of JSON Schema
 * knows (`publish`). The keyword's value is handed to the rule.
 */
const RULES: Record<string, { compile: (constraint?: unknown) => JsonSchema; publish: JsonSchema }> = {
  isId: rule('x-id', 'string', { minLength: 1, maxLength: ID_LENGTH_MAX }),
  isSku: rule('x-sku', 'string', { minLength: 1, maxLength: ID_LENGTH_MAX }),
  isSlug: rule('x-slug', 'string', { pattern: SLUG.source, maxLength: SLUG_LENGTH_MAX }),
  isFreeText: rule('x-text', 'string', { minLength: 1, maxLength: TEXT_LENGTH_MAX }),
  isWebAddress: rule('x-web-address', 'string', { format: 'uri', maxLength: TEXT_LENGTH_MAX }),
  isQuantity: rule('x-quantity', 'number', {}),
  isInstant: rule('x-instant', undefined, { type: 'string', format: 'date-time' }),
  isAttributes: rule('x-attributes', 'object', {
    additionalProperties: { type: 'string', maxLength: TEXT_LENGTH_MAX },
    maxProperties: ATTRIBUTES_MAX,
  }),
};
/** Rules that JSON Schema can say by itself. */
const PLAIN_RULES: Record<string, JsonSchema> = {
  isRunningNumber: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
  isPlainObject: { type: 'object' },
  isLines: { type: 'array', minItems: 1 },
};
const QUANTITY_BOUNDS: Record<string, JsonSchema> = {
  positive: { exclusiveMinimum: 0 },
  notNegative: { minimum: 0 },
  signed: { not: { const: 0 } },
};

/** What a message is made of. */
const MESSAGE_ROOTS: readonly WireClass[] = [Envelope, ...Object.values(MESSAGE_CLASSES)];

/** The schemas that Ajv compiles, of these classes and all they hold, by class name: with our own keywords. */
export function compiledSchemas(roots: readonly WireClass[]): Record<string, JsonSchema> {
  const schemas: Record<string, JsonSchema> = {};
  for (const type of withAllTheyHold(roots)) schemas[type.name] = schemaOf(type);
  return schemas;
}

/** The schemas that others read: the same, each own keyword said in JSON Schema's words. */
export function publishedSchemas(roots: readonly WireClass[] = MESSAGE_ROOTS): Record<string, JsonSchema> {
  const schemas = compiledSchemas(roots);
  for (const schema of Object.values(schemas)) {
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      schema.properties![name] = publish(property);
    }
    const { listing, identifier } = schema.properties ?? {};
    if (listing !== undefined && identifier !== undefined) {
      schema['oneOf'] = ['sku', 'listing', 'identifier'].map((name) => ({ required: [name] }));
    }
  }
  return schemas;
}

function schemaOf(type: WireClass): JsonSchema {
  const converters = Object.fromEntries(
    Object.entries(RULES).map(([name, { compile }]) => [
      name,
      (meta: { constraints?: unknown[] }) => compile(meta.constraints?.[0]),
    ]),
  );
  const schema = targetConstructorToSchema(type, {
    classTransformerMetadataStorage: defaultMetadataStorage,
    refPointerPrefix: SCHEMA_PREFIX,
    additionalConverters: { ...converters, ...PLAIN_RULES },
  }) as JsonSchema;
  // An envelope may carry extensions; everything else is spelt out.
  return type === Envelope ? schema : { ...schema, additionalProperties: false };
}

function publish(property: JsonSchema): JsonSchema {
  const published = publishOne(property);
  for (const part of PARTS) {
    const schema = published[part];
    if (typeof schema === 'object') published[part] = publish(schema as JsonSchema);
  }
  return published;
}

/** Where a property holds schemas of its own. */
const PARTS = ['items', 'propertyNames', 'additionalProperties'];

/** Always a copy: what validates shares parts of it. */
function publishOne({ ...property }: JsonSchema): JsonSchema {
  // The schema that is referred to has its own type. With another one beside the reference, made clients ignore it.
  if ('$ref' in property) delete property['type'];
  for (const { keyword, words } of PUBLISHED) {
    if (!(keyword in property)) continue;
    const { [keyword]: constraint, ...rest } = property;
    const bounds = keyword === 'x-quantity' ? QUANTITY_BOUNDS[String(constraint)] : {};
    return { ...rest, ...words, ...bounds };
  }
  return property;
}

const PUBLISHED = Object.values(RULES).map(({ compile, publish: words }) => ({
  keyword: Object.keys(compile()).find((key) => key.startsWith('x-'))!,
  words,
}));

function rule(keyword: string, type: string | undefined, words: JsonSchema): (typeof RULES)[string] {
  return {
    compile: (constraint = true) => ({ ...(type === undefined ? {} : { type }), [keyword]: constraint }),
    publish: words,
  };
}

function withAllTheyHold(roots: readonly WireClass[]): Set<WireClass> {
  const found = new Set(roots);
  for (const type of found) {
    for (const { reading } of shapeOf(type).values()) if ('type' in reading) found.add(reading.type);
  }
  return found;
}
