import { asyncApiMessages, asyncApiSchemas, SCHEMA_PREFIX } from '#intake';
import { AVAILABILITY_CHANGED, ORDER_UPDATED } from '#publishing';
import { ANSWER_SCHEMAS } from './answers/answer-schemas.ts';
import { CHANNELS, type KafkaDocument, kafkaPart, MESSAGES } from './async-api-kafka.ts';

const NEW_NUMBER = 'A listing has a new number.';
const CHANGED_ORDER = 'An order has changed.';
const OVER_HTTP = [{ $ref: '#/servers/onhand' }];

/** The AsyncAPI document: all messages in and out, from the classes that validate them. */
export function asyncApiOf(url: string, kafka?: KafkaDocument): object {
  const incoming = asyncApiMessages();
  const outgoing = {
    [AVAILABILITY_CHANGED]: outMessage(AVAILABILITY_CHANGED, NEW_NUMBER, 'Availability'),
    [ORDER_UPDATED]: outMessage(ORDER_UPDATED, CHANGED_ORDER, 'Order'),
  };
  const { host, protocol } = new URL(url);
  const byKafka = kafka && kafkaPart(kafka, Object.keys(incoming));
  return {
    asyncapi: '3.0.0',
    info: { title: 'OnHand', version: '1', description: 'The messages that OnHand receives and sends.' },
    defaultContentType: 'application/cloudevents+json',
    servers: { onhand: { host, protocol: protocol.replace(':', '') }, ...byKafka?.servers },
    channels: {
      events: {
        ...channel('/v1/events', 'Messages from channels and warehouses.', Object.keys(incoming)),
        servers: OVER_HTTP,
      },
      webhook: {
        ...channel(
          null,
          'The webhook of a channel, signed as in Standard Webhooks: every listing once when it is set up or gets another URL, then every change.',
          Object.keys(outgoing),
        ),
        servers: [],
      },
      feed: {
        ...channel(
          '/v1/channels/{channel}/feed',
          'Server-sent events: `event` is the name of the message, `data` is the payload.',
          Object.keys(FEED),
        ),
        servers: OVER_HTTP,
        parameters: { channel: { description: 'The channel of the feed.' } },
      },
      ...byKafka?.channels,
    },
    operations: {
      tell: { action: 'receive', channel: { $ref: `${CHANNELS}events` } },
      call: { action: 'send', channel: { $ref: `${CHANNELS}webhook` } },
      stream: { action: 'send', channel: { $ref: `${CHANNELS}feed` } },
      ...byKafka?.operations,
    },
    components: {
      messages: { ...incoming, ...outgoing, ...FEED, ...byKafka?.messages },
      schemas: {
        ...asyncApiSchemas(),
        Availability: ANSWER_SCHEMAS.Availability,
        Order: ANSWER_SCHEMAS.Order,
      },
    },
  };
}

const channel = (address: string | null, description: string, names: readonly string[]): object => ({
  address,
  description,
  messages: Object.fromEntries(names.map((name) => [name, { $ref: MESSAGES + name }])),
});

const feedMessage = (name: string, summary: string, schema: 'Availability' | 'Order'): object => ({
  name,
  title: name,
  summary,
  contentType: 'application/json',
  payload: { $ref: SCHEMA_PREFIX + schema },
});

/** A feed has the data alone, in no envelope. */
const FEED = {
  'availability.changed': feedMessage('availability.changed', NEW_NUMBER, 'Availability'),
  'order.updated': feedMessage('order.updated', CHANGED_ORDER, 'Order'),
};

const outMessage = (name: string, summary: string, schema: 'Availability' | 'Order'): object => ({
  name,
  title: name,
  summary,
  contentType: 'application/cloudevents+json',
  payload: {
    type: 'object',
    properties: {
      specversion: { const: '1.0' },
      id: { type: 'string' },
      source: { type: 'string' },
      type: { const: name },
      subject: { type: 'string' },
      time: { type: 'string', format: 'date-time' },
      datacontenttype: { const: 'application/json' },
      data: { $ref: SCHEMA_PREFIX + schema },
    },
    required: ['specversion', 'id', 'source', 'type', 'data'],
  },
});
