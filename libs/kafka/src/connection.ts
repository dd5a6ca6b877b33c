import { readFileSync } from 'node:fs';
import { Kafka, type KafkaConfig, type RetryOptions } from 'kafkajs';
import { mendAborted } from './mends/aborted.ts';
import { registerCodecs } from './codecs.ts';
import { type KafkaLog, logCreatorOf, LOG_LEVEL } from './log.ts';
import { mendCommits } from './mends/commits.ts';
import { mendCoordinator } from './mends/coordinator.ts';
import { mendCrc32c } from './mends/crc32c.ts';
import { mendDeleted } from './mends/deleted.ts';
import { mendJoining } from './mends/joining.ts';
import { mendLargeBatches } from './mends/large-batches.ts';
import { mendLeaderless } from './mends/leaderless.ts';
import { mendRecordReader } from './mends/record-reader.ts';
import { mendRecordWriter } from './mends/record-writer.ts';
import { mendProduce } from './mends/shared-produce.ts';
import { mendTimers } from './mends/timers.ts';
import { mendUnreachable } from './mends/unreachable.ts';

type SaslMechanism = 'plain' | 'scram-sha-256' | 'scram-sha-512';

/** How the brokers are reached. */
export interface KafkaConnection {
  /** `host:port` of one or more; the others are learnt from them. */
  readonly brokers: readonly string[];
  /** Shown in the brokers' logs and quotas. */
  readonly clientId: string;
  readonly isEncrypted: boolean;
  /** A file with the certificate authority's certificate; absent: those that Node trusts. */
  readonly caFile?: string;
  readonly login?: {
    readonly mechanism: SaslMechanism;
    readonly username: string;
    readonly password: string;
  };
}

/**
 * For what must ride out an outage by itself: it never gives up, and asks again every 3 s at the latest. A
 * consumer that gives up leaves its group, and then waits for its own old session to expire.
 */
export const PATIENT: RetryOptions = { initialRetryTime: 100, maxRetryTime: 3_000, retries: 2 ** 31 };
/** For questions to which "no" is an answer: once more after a short while, then it throws. */
export const IMPATIENT: RetryOptions = { initialRetryTime: 100, maxRetryTime: 500, retries: 1 };

const CONNECT_MS_MAX = 5_000;
/** Brokers answer what we send within 10 s, or say that they could not: after that one is believed to hang. */
const REQUEST_MS_MAX = 15_000;

function mendClient(): void {
  // What is put in the place of another goes first: before the client has loaded who uses that.
  mendRecordWriter();
  mendRecordReader();
  mendCrc32c();
  mendLargeBatches();
  mendProduce();
  mendTimers();
  mendJoining();
  mendCoordinator();
  mendCommits();
  mendAborted();
  mendDeleted();
  mendLeaderless();
  mendUnreachable();
}

/** The one place where a client is made: its codecs are registered, what it does badly is mended, its words are in our log. */
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
