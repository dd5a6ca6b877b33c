import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import {
  MESSAGE_SCHEMA,
  messageExample,
  messageSchemas,
  MESSAGES_MAX,
  publishedSchemas,
  type WireClass,
} from '#intake';
import { answerSchemas } from './answers/answer-schemas.ts';
import { schemaRef } from './answers/schema-words.ts';
import * as requests from './bodies/request-bodies.ts';
import * as setUp from './bodies/setup-bodies.ts';

const DESCRIPTION = `How much of what is where, and the number each channel may sell.

Quantities are JSON numbers with at most five decimals. Times are RFC 3339 with an offset, answered in UTC. A \`position\`
only grows: give the one you were answered as \`atLeast\` to any read that must include it. Lists come in pages: go on with
the \`next\` of the page before as \`cursor\`. Everything that goes wrong is answered as RFC 9457 problem details with a
stable \`code\`.`;

/** The OpenAPI document: paths from the controllers, bodies from the classes that validate them. */
export function openApiOf(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('OnHand')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .addServer('/')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addSecurity('key', {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'oh_…',
      description: 'A key: `onhand keys create`.',
    })
    .build();
  const document = SwaggerModule.createDocument(app, config, { operationIdFactory: operationId });
  const schemas = { ...messageSchemas(), ...bodySchemas(), ...answerSchemas() };
  for (const [path, requestBody] of Object.entries(OTHER_BODIES)) {
    const post = document.paths[path]?.post;
    if (post !== undefined) post.requestBody = { required: true, content: requestBody };
  }
  for (const [path, { get, put, post }] of Object.entries(document.paths)) {
    for (const operation of [get, put, post]) sortParameters(path, operation?.parameters ?? []);
  }
  const tags = chaptersOf(document).map((name) => ({ name }));
  return { ...document, tags, components: { ...document.components, schemas } };
}

/** Those of the path in its order, then all others: functions of made clients have them in this order. */
function sortParameters(path: string, parameters: object[]): void {
  const placeOf = (parameter: { in?: string; name?: string }): number =>
    parameter.in === 'path' ? path.indexOf(`{${parameter.name}}`) : path.length;
  parameters.sort((one, other) => placeOf(one) - placeOf(other));
}

/** In the order of the paths. */
const chaptersOf = ({ paths }: OpenAPIObject): string[] => [
  ...new Set(
    Object.values(paths).flatMap(({ get, put, post }) =>
      [get, put, post].flatMap((each) => each?.tags ?? []),
    ),
  ),
];

const message = schemaRef(MESSAGE_SCHEMA);
const messages = { type: 'array', maxItems: MESSAGES_MAX, items: message };
const one = {
  sale: { value: messageExample('sale.completed') },
  order: { value: messageExample('order.placed') },
};
const rowSchema = (description: string) => ({ schema: { type: 'string', description } });
const JSON_ROWS = rowSchema(
  'One object per line. Its fields decide what it is: a PreviewBody by `scope`, a ListingRow by `listing`, a LocationRow, SourceRow or ' +
    'ChannelRow by `id` and its `kind` (by `resource` where `kind` fits several); anything else is an ItemRow.',
);
const CSV_ROWS = rowSchema(
  'Items: `sku`, and any of `name`, `category`, `decimals`, `unit`, `identifiers` (`scheme:value;…`); or ' +
    'listings: `channel`, `listing`, `sku`, and `unitsPer`.',
);

/** Bodies that are more than one JSON object of a class. */
const OTHER_BODIES = {
  '/v1/events': {
    'application/json': { schema: { anyOf: [message, messages] }, examples: one },
    'application/cloudevents+json': { schema: message, examples: one },
    'application/cloudevents-batch+json': { schema: messages },
  },
  '/v1/catalog/import': {
    'application/jsonl': {
      ...JSON_ROWS,
      example: '{"sku":"MUG-RED","name":"Mug, red"}\n{"sku":"MUG-BLUE"}\n',
    },
    'text/csv': { ...CSV_ROWS, example: 'sku,name,category\nMUG-RED,"Mug, red",mugs\n' },
  },
};

/** `putItem`: the name of the method is the name of what it does. */
const operationId = (_controller: string, method: string): string => method;

const bodyClasses = (): WireClass[] =>
  [...Object.values(setUp), ...Object.values(requests)]
    .filter((each) => isBody(each))
    .map(({ type }) => type);

/** In a body, a field may be null instead of left out. */
function bodySchemas(): ReturnType<typeof publishedSchemas> {
  const types = bodyClasses();
  const schemas = publishedSchemas(types);
  for (const { name } of types) {
    const { properties = {}, required = [] } = schemas[name] ?? {};
    for (const [field, { description, ...rest }] of Object.entries(properties)) {
      if ((required as readonly string[]).includes(field)) continue;
      properties[field] = { description, oneOf: [rest, { type: 'null' }] }; // Generators of clients cannot read `anyOf` here.
    }
  }
  return schemas;
}

const isBody = (value: unknown): value is { readonly type: WireClass } =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'function';
