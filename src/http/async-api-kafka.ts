import { SCHEMA_PREFIX } from '#intake';
import { AVAILABILITY_CHANGED, ORDER_UPDATED } from '#publishing';

/** The topics of one running service. */
export interface KafkaDocument {
  readonly brokers: readonly string[];
  readonly isEncrypted: boolean;
  /** The topics from which messages are taken, each from any source or only from one. */
  readonly events: readonly { readonly topic: string; readonly source?: string }[];
  readonly availability: string;
  readonly orders: string;
  readonly rejected: string;
}

const BINDING_VERSION = '0.5.0';
export const MESSAGES = '#/components/messages/';
export const CHANNELS = '#/channels/';
const OF_TOPIC = '.kafka';
/** What the document calls the channels over HTTP. */
const OVER_HTTP: ReadonlySet<string> = new Set(['events', 'webhook', 'feed']);

interface KafkaPart {
  readonly servers: Readonly<Record<string, object>>;
  readonly channels: Readonly<Record<string, object>>;
  readonly operations: Readonly<Record<string, object>>;
  readonly messages: Readonly<Record<string, object>>;
}

/** The part of the AsyncAPI document about Kafka. `incoming` are the names of the messages that event topics take. */
export function kafkaPart(kafka: KafkaDocument, incoming: readonly string[]): KafkaPart {
  const servers = serversOf(kafka);
  const channel = channelsOn(Object.keys(servers));
  const out = { 'cleanup.policy': ['compact'] };
  const events = Object.fromEntries(
    kafka.events.map(({ topic, source }) => [
      channelName(topic),
      channel(topic, eventsWords(source), { names: incoming, settings: { 'cleanup.policy': ['delete'] } }),
    ]),
  );
  return {
    servers,
    channels: {
      ...events,
      [channelName(kafka.availability)]: channel(
        kafka.availability,
        'The newest number of every listing; new consumers read it from the start. Partitions are never added.',
        { names: [AVAILABILITY_CHANGED + OF_TOPIC], settings: out },
      ),
      [channelName(kafka.orders)]: channel(kafka.orders, 'The newest state of every order.', {
        names: [ORDER_UPDATED + OF_TOPIC],
        settings: out,
      }),
      [channelName(kafka.rejected)]: channel(
        kafka.rejected,
        'Messages that were rejected, as they came, with the reason.',
        {
          names: ['rejected' + OF_TOPIC],
          settings: { 'cleanup.policy': ['delete'] },
        },
      ),
    },
    operations: Object.fromEntries([
      ...kafka.events.map(({ topic }) => operation('receive', topic)),
      ...[kafka.availability, kafka.orders, kafka.rejected].map((topic) => operation('send', topic)),
    ]),
    messages: {
      ...outMessage(AVAILABILITY_CHANGED, 'Availability', '{channel}:{listing}'),
      ...outMessage(ORDER_UPDATED, 'Order', '{channel}:{orderId}'),
      ['rejected' + OF_TOPIC]: REJECTED,
    },
  };
}

/** A topic's own name, unless a channel over HTTP has it. */
const channelName = (topic: string): string => (OVER_HTTP.has(topic) ? topic + OF_TOPIC : topic);

const serversOf = ({ brokers, isEncrypted }: KafkaDocument): Record<string, object> =>
  Object.fromEntries(
    brokers.map((host, index) => [
      `kafka${index + 1}`,
      { host, protocol: isEncrypted ? 'kafka-secure' : 'kafka' },
    ]),
  );

const eventsWords = (source: string | undefined): string =>
  `${source === undefined ? 'Messages from channels and warehouses.' : `Messages from ${source}; no other source may use this topic.`} ${MODES}`;

const MODES =
  'A record is one message: either the whole event as shown here, with the header content-type: application/cloudevents+json; or with its ' +
  'attributes as ce_ headers and its data as the value. Its key should be the id of its order or document.';

const channelsOn =
  (servers: readonly string[]) =>
  (
    topic: string,
    description: string,
    { names, settings }: { names: readonly string[]; settings: object },
  ) => ({
    address: topic,
    description,
    servers: servers.map((server) => ({ $ref: `#/servers/${server}` })),
    messages: Object.fromEntries(names.map((name) => [name, { $ref: MESSAGES + name }])),
    bindings: { kafka: { topic, topicConfiguration: settings, bindingVersion: BINDING_VERSION } },
  });

const operation = (action: 'send' | 'receive', topic: string): [string, object] => [
  `${action}.${topic}`,
  { action, channel: { $ref: CHANNELS + channelName(topic).replaceAll('~', '~0').replaceAll('/', '~1') } },
];

const text = { type: 'string' } as const;

/** CloudEvents in binary mode: the attributes are headers, the value is the data itself. */
const outMessage = (type: string, schema: string, key: string): Record<string, object> => ({
  [type + OF_TOPIC]: {
    name: type,
    title: type,
    contentType: 'application/json',
    headers: {
      type: 'object',
      properties: {
        ce_specversion: { const: '1.0' },
        ce_type: { const: type },
        ce_id: text,
        ce_source: { const: 'onhand' },
        ce_time: { type: 'string', format: 'date-time' },
        'content-type': { const: 'application/json' },
      },
      required: ['ce_specversion', 'ce_type', 'ce_id', 'ce_source', 'ce_time', 'content-type'],
    },
    payload: { $ref: SCHEMA_PREFIX + schema },
    bindings: { kafka: { key: { type: 'string', description: key }, bindingVersion: BINDING_VERSION } },
  },
});

const REJECTED = {
  name: 'rejected',
  title: 'rejected',
  summary:
    'Key, value and headers as they came; the last headers with these names say why it was rejected and where it came from.',
  headers: {
    type: 'object',
    properties: Object.fromEntries(
      ['code', 'detail', 'topic', 'partition', 'offset', 'cut'].map((name) => [`onhand-${name}`, text]),
    ),
    required: ['code', 'detail', 'topic', 'partition', 'offset'].map((name) => `onhand-${name}`),
  },
  payload: {},
};
