import type { Ended, EventTopic, KafkaIntake, MessageDoor } from '#intake/kafka';
import type { KafkaConnection } from '#kafka';
import type { KafkaPublisher, KafkaPublisherParts } from '#publishing/kafka';
import type { Settings } from './environment.ts';
import type { KafkaDocument } from './http/async-api-kafka.ts';
import type { OnHand } from './service.ts';

/** The longest that a partition waits for those that follow the log; then it goes on, whatever the reason. */
const PACE_MS_MAX = 1_000;

/** How the brokers are reached, by the settings; undefined if there are none. */
export function kafkaConnectionOf(settings: Settings): KafkaConnection | undefined {
  const { KAFKA_BROKERS, KAFKA_CLIENT_ID, KAFKA_SSL, KAFKA_SSL_CA } = settings;
  if (KAFKA_BROKERS === undefined) return undefined;
  const { KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD } = settings;
  const hasLogin = KAFKA_SASL_MECHANISM !== undefined;
  return {
    brokers: KAFKA_BROKERS,
    clientId: KAFKA_CLIENT_ID,
    isEncrypted: KAFKA_SSL,
    ...(KAFKA_SSL_CA !== undefined && { caFile: KAFKA_SSL_CA }),
    ...(hasLogin && {
      login: {
        mechanism: KAFKA_SASL_MECHANISM,
        username: KAFKA_SASL_USERNAME ?? '',
        password: KAFKA_SASL_PASSWORD ?? '',
      },
    }),
  };
}

/** The topics of incoming messages; `topic=source` binds one to a source. */
const eventTopicsOf = ({ KAFKA_EVENT_TOPICS }: Settings): EventTopic[] =>
  KAFKA_EVENT_TOPICS.map((told) => {
    const [topic = '', source] = told.split('=');
    return source === undefined ? { topic } : { topic, source };
  });

/** Makes what tells changes to Kafka's topics. */
export type KafkaOut = (
  parts: Omit<KafkaPublisherParts, 'connection' | 'groupId' | 'topics'>,
) => KafkaPublisher;

/** Undefined if there are no brokers. The client is imported only where there are some: loading it takes time. */
export async function kafkaOutOf(settings: Settings): Promise<KafkaOut | undefined> {
  const connection = kafkaConnectionOf(settings);
  if (connection === undefined) return undefined;
  const { KAFKA_GROUP_ID: groupId, KAFKA_AVAILABILITY_TOPIC, KAFKA_ORDERS_TOPIC } = settings;
  const topics = { availability: KAFKA_AVAILABILITY_TOPIC, orders: KAFKA_ORDERS_TOPIC };
  const { KafkaPublisher } = await import('#publishing/kafka');
  return (parts) => new KafkaPublisher({ ...parts, connection, groupId, topics });
}

/** What the AsyncAPI document says about Kafka. */
export function kafkaDocumentOf(settings: Settings): KafkaDocument | undefined {
  if (settings.KAFKA_BROKERS === undefined) return undefined;
  return {
    brokers: settings.KAFKA_BROKERS,
    isEncrypted: settings.KAFKA_SSL,
    events: eventTopicsOf(settings),
    availability: settings.KAFKA_AVAILABILITY_TOPIC,
    orders: settings.KAFKA_ORDERS_TOPIC,
    rejected: settings.KAFKA_REJECTED_TOPIC,
  };
}

interface IntakeParts {
  readonly onEnded: (ended: readonly Ended[]) => void;
  readonly onFatal: (cause: unknown) => void;
}

/** The intake from Kafka, into the same journal as messages over HTTP; undefined if this process has none. */
export async function kafkaIntakeOf(
  onhand: OnHand,
  { onEnded, onFatal }: IntakeParts,
): Promise<KafkaIntake | undefined> {
  const { settings, log, clock } = onhand;
  const connection = kafkaConnectionOf(settings);
  if (connection === undefined || !settings.ROLES.includes('intake')) return undefined;
  const { KafkaIntake } = await import('#intake/kafka');
  return new KafkaIntake({
    connection,
    groupId: settings.KAFKA_GROUP_ID,
    topics: eventTopicsOf(settings),
    rejectedTopic: settings.KAFKA_REJECTED_TOPIC,
    door: inPace(onhand),
    store: onhand.rooms.store,
    clock,
    log,
    onEnded,
    onFatal: (cause) => {
      log.fatal(
        { err: cause },
        'the Kafka client has failed for good: the process ends and must be restarted',
      );
      onFatal(cause);
    },
  });
}

/** The journal, but it waits before more is under way than can be followed. */
function inPace(onhand: OnHand): () => MessageDoor {
  let handedIn = 0;
  const door: MessageDoor = {
    accept: async (arrivals, by) => {
      await onhand.rooms.backpressure.room(handedIn, PACE_MS_MAX);
      const ended = await onhand.rooms.journal.accept(arrivals, by);
      for (const { position } of ended) handedIn = Math.max(handedIn, position);
      return ended;
    },
  };
  return () => door;
}
