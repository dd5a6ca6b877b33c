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

/** Translates an error of the client into words for whoever runs the service. */
export function kafkaTrouble(error: unknown, connection: KafkaConnection): KafkaUnavailable {
  if (error instanceof KafkaUnavailable) return error;
  const causes = chain(error);
  const told = causes.map(({ message }) => message ?? '').join(' ');
  const broker = causes.find((cause) => cause.broker !== undefined)?.broker;
  const words = LOOKS_LIKE.find(({ when }) => causes.some((cause) => when(cause)))?.words(connection, broker);
  const brokers = connection.brokers.join(', ');
  return new KafkaUnavailable(words ?? `Kafka at ${brokers} says: ${causes.at(-1)?.message ?? told}`, {
    cause: error,
  });
}

export const NO_LEADER = 'It has no leader, for every broker that has a copy of it is away';

/** A sentence about partitions (at least one) that stand still for the same reason. */
export function standingWords(
  partitions: readonly { readonly topic: string; readonly partition: number }[],
  reason: string,
): string {
  const named = [...Map.groupBy(partitions, ({ topic }) => topic)].map(
    ([topic, of]) => `${topic} ${of.map(({ partition }) => partition).join(', ')}`,
  );
  return `Partition ${named.join('; ')} stands still. ${reason}.`;
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

const LOOKS_LIKE: readonly {
  readonly when: (cause: Cause) => boolean;
  readonly words: (connection: KafkaConnection, broker: string | undefined) => string;
}[] = [
  {
    when: said(/mechanism is not supported|UNSUPPORTED_SASL_MECHANISM/i),
    words: ({ login }) =>
      `The broker does not take a login by ${login?.mechanism}: set KAFKA_SASL_MECHANISM to another (plain, scram-sha-256, scram-sha-512).`,
  },
  {
    when: said(/SASLAuthentication|SASL_AUTHENTICATION_FAILED/),
    words: ({ login }) =>
      `The broker does not let ${login?.username} in: check KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD and KAFKA_SASL_MECHANISM (${login?.mechanism}).`,
  },
  {
    when: said(/self[- ]signed certificate|UNABLE_TO_(VERIFY|GET)|unable to (verify|get)|CERT_UNTRUSTED/i),
    words: ({ caFile }) =>
      caFile === undefined
        ? "The broker's certificate is signed by somebody we do not know: set KAFKA_SSL_CA to the file with the authority's certificate."
        : `The broker's certificate is not signed by the authority in KAFKA_SSL_CA (${caFile}): that must be the authority's own certificate.`,
  },
  {
    when: said(/ALTNAME|altnames/),
    words: ({ brokers }) =>
      `The broker's certificate is for another name than KAFKA_BROKERS says (${brokers.join(', ')}): use a name that it bears.`,
  },
  {
    when: said(/CERT_HAS_EXPIRED|certificate has expired/),
    words: () => "The broker's certificate has expired: it needs a new one.",
  },
  {
    when: said(/wrong version number|EPROTO|packet length too long/i),
    words: ({ brokers }) =>
      `${brokers.join(', ')} does not speak TLS: set KAFKA_SSL=false, or name its TLS port in KAFKA_BROKERS.`,
  },
  {
    // The client hides the reason: lacking a right on the group looks like a coordinator that is away.
    when: said(/GROUP_AUTHORIZATION_FAILED|GroupCoordinatorNotFound/),
    words: ({ login }) =>
      `The group cannot be joined: either ${login?.username ?? 'everybody'} lacks READ on the group of KAFKA_GROUP_ID, or its coordinator is away.`,
  },
  {
    when: said(/TOPIC_AUTHORIZATION_FAILED|CLUSTER_AUTHORIZATION_FAILED/),
    words: ({ login }) =>
      `${login?.username ?? 'Everybody'} lacks a right on a topic: READ on those of KAFKA_EVENT_TOPICS, WRITE and READ on those it tells, CREATE on the cluster to make one.`,
  },
  {
    when: said(/UNKNOWN_TOPIC_OR_PARTITION|does not host this topic/),
    words: () => 'A topic is not there: npx onhand topics create makes what is missing.',
  },
  {
    when: said(/INVALID_REPLICATION_FACTOR/),
    words: ({ brokers }) =>
      `There are fewer brokers at ${brokers.join(', ')} than copies were asked for: name fewer with --replication.`,
  },
  {
    when: said(/LEADER_NOT_AVAILABLE/),
    words: () =>
      'A partition has no leader: every broker that has a copy of it is away. OnHand keeps retrying.',
  },
  {
    when: said(/ENOTFOUND|EAI_AGAIN/),
    words: (connection, broker) => `There is no host of that name: ${whereWords(connection, broker)}.`,
  },
  {
    when: said(/ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|Connection timeout|no answer in time/),
    words: (connection, broker) =>
      `Nobody answers at ${broker ?? connection.brokers.join(', ')}: start Kafka, or ${whereWords(connection, broker)}. OnHand keeps retrying.`,
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
    : `check advertised.listeners of the brokers: at ${named} they say that one is at ${broker}`;
}

/** A broker just closes the connection if only one side expects encryption, or only one side expects a login. */
function closedWords({ brokers, isEncrypted, login }: KafkaConnection): string {
  const tries = [
    isEncrypted
      ? 'it may not speak TLS there (KAFKA_SSL=false, or its TLS port in KAFKA_BROKERS)'
      : 'it may want TLS (KAFKA_SSL=true)',
    ...(login === undefined ? ['it may want a login (KAFKA_SASL_MECHANISM, _USERNAME and _PASSWORD)'] : []),
    ...(login !== undefined ? ['it may take no login there (leave KAFKA_SASL_… out)'] : []),
  ];
  return `${brokers.join(', ')} closes the connection without a word: ${tries.join(', or ')}.`;
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
