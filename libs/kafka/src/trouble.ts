import kafkajs from 'kafkajs';
import { Fault } from '#kernel';
import type { KafkaConnection } from './connection.ts';

/** Kafka does not do what we ask; the message says what to do about it. It may pass by itself. */
export class KafkaUnavailable extends Fault {
  readonly code = 'KAFKA_UNAVAILABLE';
  readonly retriable = true;
}

/** The fields that errors of kafkajs, and the causes below them, may have. */
interface Cause {
  readonly name?: string;
  readonly message?: string;
  readonly type?: string;
  readonly code?: string | number;
  /** `host:port` of the broker that does not answer, if the error is about one broker. */
  readonly broker?: string;
  readonly cause?: unknown;
  readonly originalError?: unknown;
  /** One for each topic, if there were several. */
  readonly errors?: readonly unknown[];
}

const CAUSES_MAX = 8;

/** Translates an error of the client into words for whoever runs the service. `topic`: the one it is about, if it is one. */
export function kafkaTrouble(error: unknown, connection: KafkaConnection, topic?: string): KafkaUnavailable {
  if (error instanceof KafkaUnavailable) return error;
  const causes = chain(error);
  const told = causes.map(({ message }) => message ?? '').join(' ');
  const broker = causes.find((cause) => cause.broker !== undefined)?.broker;
  const like = LOOKS_LIKE.find(({ when }) => causes.some((cause) => when(cause)));
  const words = like?.words(connection, { broker, topic });
  const brokers = connection.brokers.join(', ');
  return new KafkaUnavailable(words ?? `Kafka at ${brokers} says: ${causes.at(-1)?.message ?? told}`, {
    cause: error,
  });
}

export const NO_LEADER = 'It has no leader, because no broker with a copy of it is reachable';

/** A sentence about partitions (at least one) that stand still for the same reason. */
export function standingWords(
  partitions: readonly { readonly topic: string; readonly partition: number }[],
  reason: string,
): string {
  const named = [...Map.groupBy(partitions, ({ topic }) => topic)].map(
    ([topic, of]) => `${topic} ${of.map(({ partition }) => partition).join(', ')}`,
  );
  return `Partition ${named.join('; ')} is stopped. ${reason}.`;
}

/** True for the client's own errors: by them its consumer learns of a rebalance. */
export const isClientError = (error: unknown): boolean => error instanceof kafkajs.KafkaJSError;

const BUGS: ReadonlySet<string | undefined> = new Set([
  'TypeError',
  'RangeError',
  'SyntaxError',
  'ReferenceError',
  'KafkaJSNotImplemented',
]);

/** True if the error is a bug, the client's or ours: it does not pass by itself. */
export const isClientBug = (error: unknown): boolean => chain(error).some(({ name }) => BUGS.has(name));

const TOO_LARGE: ReadonlySet<string | undefined> = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

/** True if the broker has refused a record, or a batch, for its size. */
export const isTooLarge = (error: unknown): boolean => chain(error).some(({ type }) => TOO_LARGE.has(type));

const said =
  (pattern: RegExp) =>
  ({ name, message, type, code }: Cause): boolean =>
    [name, message, type, code].some((word) => word !== undefined && pattern.test(String(word)));

/** What the error is about, as far as that is known. */
interface About {
  readonly broker: string | undefined;
  readonly topic: string | undefined;
}

const LOOKS_LIKE: readonly {
  readonly when: (cause: Cause) => boolean;
  readonly words: (connection: KafkaConnection, about: About) => string;
}[] = [
  {
    when: said(/mechanism is not supported|UNSUPPORTED_SASL_MECHANISM/i),
    words: ({ login }) =>
      `The broker does not accept logins by ${login?.mechanism}. Set KAFKA_SASL_MECHANISM to another (plain, scram-sha-256, scram-sha-512).`,
  },
  {
    when: said(/SASLAuthentication|SASL_AUTHENTICATION_FAILED/),
    words: ({ login }) =>
      `The broker refuses the login of ${login?.username}. Check KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD and KAFKA_SASL_MECHANISM (${login?.mechanism}).`,
  },
  {
    when: said(/self[- ]signed certificate|UNABLE_TO_(VERIFY|GET)|unable to (verify|get)|CERT_UNTRUSTED/i),
    words: ({ caFile }) =>
      caFile === undefined
        ? "The broker's certificate is signed by an unknown authority. Set KAFKA_SSL_CA to a file with that authority's certificate."
        : `The broker's certificate is not signed by the authority in KAFKA_SSL_CA (${caFile}). That file must hold the authority's own certificate.`,
  },
  {
    when: said(/ALTNAME|altnames/),
    words: ({ brokers }) =>
      `The broker's certificate is for another name than KAFKA_BROKERS has (${brokers.join(', ')}). Use a name that is in the certificate.`,
  },
  {
    when: said(/CERT_HAS_EXPIRED|certificate has expired/),
    words: () => "The broker's certificate has expired. Give the broker a new one.",
  },
  {
    when: said(/wrong version number|EPROTO|packet length too long/i),
    words: ({ brokers }) =>
      `${brokers.join(', ')} does not use TLS. Set KAFKA_SSL=false, or name its TLS port in KAFKA_BROKERS.`,
  },
  {
    // The client hides the reason: lacking a right on the group looks like a coordinator that is away.
    when: said(/GROUP_AUTHORIZATION_FAILED|GroupCoordinatorNotFound/),
    words: ({ login }) =>
      `The group in KAFKA_GROUP_ID cannot be joined. Either ${login?.username ?? 'an anonymous client'} lacks READ on the group, or its coordinator is not reachable.`,
  },
  {
    when: said(/TOPIC_AUTHORIZATION_FAILED|CLUSTER_AUTHORIZATION_FAILED/),
    words: ({ login }) =>
      `${login?.username ?? 'An anonymous client'} lacks a right on a topic. Grant READ on those of KAFKA_EVENT_TOPICS, WRITE and READ on those OnHand writes, and CREATE on the cluster to create one.`,
  },
  {
    when: said(/UNKNOWN_TOPIC_OR_PARTITION|does not host this topic/),
    words: (_, { topic }) =>
      `${topic === undefined ? 'A topic' : `Topic ${topic}`} does not exist. Create what is missing with \`npx onhand topics create\`.`,
  },
  {
    when: said(/INVALID_REPLICATION_FACTOR/),
    words: ({ brokers }) =>
      `There are fewer brokers at ${brokers.join(', ')} than copies were asked for. Ask for fewer with --replication.`,
  },
  {
    when: said(/LEADER_NOT_AVAILABLE/),
    words: () =>
      'A partition has no leader, because no broker with a copy of it is reachable. OnHand keeps retrying.',
  },
  {
    when: said(/ENOTFOUND|EAI_AGAIN/),
    words: (connection, { broker }) => `There is no host with that name: ${whereWords(connection, broker)}.`,
  },
  {
    when: said(/ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|Connection timeout|no answer in time/),
    words: (connection, { broker }) =>
      `No broker answers at ${broker ?? connection.brokers.join(', ')}. Start Kafka, or ${whereWords(connection, broker)}. OnHand keeps retrying.`,
  },
  {
    when: said(/Closed connection|ECONNRESET|socket hang up|disconnected before secure/),
    words: closedWords,
  },
];

/**
 * What to check if a broker cannot be reached. The brokers in KAFKA_BROKERS say where all brokers are, by their own
 * settings: often with a name or an address that only they themselves can reach.
 */
function whereWords({ brokers }: KafkaConnection, broker: string | undefined): string {
  const named = brokers.join(', ');
  return broker === undefined || brokers.includes(broker)
    ? `check KAFKA_BROKERS (${named})`
    : `check advertised.listeners of the brokers: those at ${named} advertise ${broker}`;
}

/** A broker just closes the connection if only one side expects encryption, or only one side expects a login. */
function closedWords({ brokers, isEncrypted, login }: KafkaConnection): string {
  const tries = [
    isEncrypted
      ? 'that port may not use TLS (set KAFKA_SSL=false, or name the TLS port in KAFKA_BROKERS)'
      : 'it may require TLS (set KAFKA_SSL=true)',
    ...(login === undefined
      ? ['it may require a login (set KAFKA_SASL_MECHANISM, _USERNAME and _PASSWORD)']
      : []),
    ...(login !== undefined ? ['that port may take no login (leave KAFKA_SASL_… out)'] : []),
  ];
  return `${brokers.join(', ')} closes the connection without a reason: ${tries.join(', or ')}.`;
}

function chain(error: unknown): Cause[] {
  const causes: Cause[] = [];
  let next: unknown = error;
  while (typeof next === 'object' && next !== null && causes.length < CAUSES_MAX) {
    const cause = next as Cause;
    causes.push(cause);
    next = cause.cause ?? cause.originalError ?? cause.errors?.[0];
    if (causes.includes(next as Cause)) break;
  }
  return causes;
}
