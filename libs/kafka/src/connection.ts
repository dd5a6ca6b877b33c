import { readFileSync } from 'node:fs';
import { Kafka, type KafkaConfig, type RetryOptions } from 'kafkajs';
import { registerCodecs } from './codecs.ts';
import { type KafkaLog, logCreatorOf, LOG_LEVEL } from './log.ts';
import { mendClient } from './mends/mend-client.ts';

type SaslMechanism = 'plain' | 'scram-sha-256' | 'scram-sha-512';

/** How the brokers are reached. */
export interface KafkaConnection {
  /** `host:port` of one or more; they name the others. */
  readonly brokers: readonly string[];
  /** Shown in the brokers' logs and quotas. */
  readonly clientId: string;
  readonly isEncrypted: boolean;
  /** A file with the certificate authority's certificate. Default: the authorities that Node trusts. */
  readonly caFile?: string;
  readonly login?: {
    readonly mechanism: SaslMechanism;
    readonly username: string;
    readonly password: string;
  };
}

/**
 * For what must survive an outage by itself: never gives up, and retries at least every 3 s. A consumer that gives up
 * leaves its group, and then has to wait until its own old session expires.
 */
export const PATIENT: RetryOptions = { initialRetryTime: 100, maxRetryTime: 3_000, retries: 2 ** 31 };
/** For questions that may fail: retries once after a short pause, then throws. */
export const IMPATIENT: RetryOptions = { initialRetryTime: 100, maxRetryTime: 500, retries: 1 };

const CONNECT_MS_MAX = 5_000;
/** Brokers answer a send within 10 s, even if only with an error: one that takes longer than this hangs. */
const REQUEST_MS_MAX = 15_000;

/** The one place where a client is made: with all codecs and mends, and its messages in our log. */
export function openKafka(
  connection: KafkaConnection,
  { log, retry = PATIENT }: { readonly log: KafkaLog; readonly retry?: RetryOptions },
): Kafka {
  registerCodecs();
  mendClient();
  const { brokers, clientId, isEncrypted, caFile, login } = connection;
  const ssl = caFile === undefined ? isEncrypted : { ca: [readFileSync(caFile, 'utf8')] };
  const config: KafkaConfig = {
    brokers: [...brokers],
    clientId,
    ssl: isEncrypted && ssl,
    connectionTimeout: CONNECT_MS_MAX,
    requestTimeout: REQUEST_MS_MAX,
    logLevel: LOG_LEVEL,
    logCreator: logCreatorOf(log),
    retry,
  };
  if (login !== undefined) config.sasl = { ...login } as NonNullable<KafkaConfig['sasl']>;
  return new Kafka(config);
}
