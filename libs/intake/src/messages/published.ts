import { MESSAGE_TYPES, type MessageType } from '#inventory';
import { messageExample } from './examples.ts';
import { MESSAGE_CLASSES } from './message-classes.ts';
import { type JsonSchema, publishedSchemas, SCHEMA_PREFIX } from './schemas.ts';

/** The name of the schema that any message fits. */
export const MESSAGE_SCHEMA = 'Message';

/**
 * Schemas of all messages for `components.schemas` of an OpenAPI 3.1 or AsyncAPI 3.0 document, made from the
 * classes that validate: the parts, one `…Message` a type, and `Message`, which is any of them.
 */
export function messageSchemas(): Record<string, JsonSchema> {
  const schemas = publishedSchemas();
  for (const type of MESSAGE_TYPES) schemas[schemaName(type)] = messageSchema(type);
  schemas[MESSAGE_SCHEMA] = {
    description: 'Any message; its `type` says which.',
    oneOf: MESSAGE_TYPES.map((type) => reference(schemaName(type))),
    discriminator: {
      propertyName: 'type',
      mapping: Object.fromEntries(MESSAGE_TYPES.map((type) => [type, SCHEMA_PREFIX + schemaName(type)])),
    },
  };
  return schemas;
}

/**
 * The same for an AsyncAPI document, without the discriminator: that has another form there, and is not needed because each
 * message has a name.
 */
export function asyncApiSchemas(): Record<string, JsonSchema> {
  const schemas = messageSchemas();
  delete schemas[MESSAGE_SCHEMA]!['discriminator'];
  return schemas;
}

/** `components.messages` of an AsyncAPI 3.0 document, by message type; their schemas are `asyncApiSchemas()`. */
export function asyncApiMessages(): Record<MessageType, object> {
  const messages = MESSAGE_TYPES.map((type) => [
    type,
    {
      name: type,
      title: type,
      contentType: 'application/cloudevents+json',
      payload: reference(schemaName(type)),
      examples: [{ name: type, payload: messageExample(type) }],
    },
  ]);
  return Object.fromEntries(messages) as Record<MessageType, object>;
}

function messageSchema(type: MessageType): JsonSchema {
  const data = reference(MESSAGE_CLASSES[type].name);
  return {
    allOf: [
      reference('Envelope'),
      // Not `const`: generators of clients tell alternatives apart by an enum of one word.
      {
        type: 'object',
        properties: { type: { type: 'string', enum: [type] }, data },
        required: ['type', 'data'],
      },
    ],
    examples: [messageExample(type)],
  };
}

/** `order.placed` has the schema `OrderPlacedMessage`. */
const schemaName = (type: MessageType): string => `${MESSAGE_CLASSES[type].name}Message`;

const reference = (name: string): JsonSchema => ({ $ref: SCHEMA_PREFIX + name });
