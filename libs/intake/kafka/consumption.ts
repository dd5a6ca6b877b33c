import {
  type Consumer,
  type ConsumerCrashEvent,
  type ConsumerGroupJoinEvent,
  type EachBatchPayload,
  type KafkaMessage,
} from 'kafkajs';
import {
  isClientError,
  isClientBug,
  kafkaTrouble,
  Leaders,
  Membership,
  openKafka,
  PATIENT,
  within,
} from '#kafka';
import { Assigned } from './assigned.ts';
import { beating } from './beating.ts';
import type { ConsumptionParts } from './consumption-parts.ts';
import type { EventTopic } from './event-topic.ts';
import { OffsetCommits } from './offset-commits.ts';
import type { PartitionIntake } from './partition-intake.ts';

export type ConsumptionState = 'joining' | 'consuming' | 'rejoining';

const SESSION_MS = 10_000;
const REBALANCE_MS = 15_000;
const HEARTBEAT_MS = 2_000;
/** How long a broker holds a fetch that finds nothing. When a leader dies, consumption stands still for as long. */
const FETCH_WAIT_MS = 500;
const PARTITION_BYTES_MAX = 256 * 1024;
const FETCH_BYTES_MAX = 4 * 1024 * 1024;
/** New partitions of a topic are noticed after this time. */
const METADATA_MS = 30_000;
/** Partitions that are worked on at the same time, so that a slow one does not hold up the others. */
const CONCURRENT_PARTITIONS = 64;
/** Records given to the journal at once. */
const CHUNK_RECORDS = 500;
const HAND_OVER_MS_MAX = 5_000;
const FINISH_MS_MAX = 5_000;
const COMMIT_MS_MAX = 2_000;
/** Time to leave the group, which waits until a join that is under way has ended. */
const LEAVE_MS_MAX = 8_000;

/** One consumer, from its start to its end. A crash that the client does not mend by itself ends it. */
export class Consumption {
  readonly #parts: ConsumptionParts;
  readonly #consumer: Consumer;
  readonly #membership: Membership;
  readonly #commits: OffsetCommits;
  readonly #assigned: Assigned;
  readonly #ended = Promise.withResolvers<void>();
  #state: ConsumptionState = 'joining';
  #memberId: string | undefined;
  #isDraining = false;
  #fetchedAt = performance.now();
  /** Batches in hand; the client fetches nothing before they are done. */
  #inHand = 0;
  #doneAt = 0;

  constructor(parts: ConsumptionParts, topics: readonly EventTopic[]) {
    this.#parts = parts;
    const { connection, groupId, log, sessionMs = SESSION_MS, rebalanceMs = REBALANCE_MS } = parts;
    const leaders = new Leaders();
    this.#consumer = openKafka(connection, { log }).consumer({
      groupId,
      partitionAssigners: [leaders.assigner],
      allowAutoTopicCreation: false,
      readUncommitted: false,
      sessionTimeout: sessionMs,
      rebalanceTimeout: rebalanceMs,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      maxBytesPerPartition: PARTITION_BYTES_MAX,
      maxBytes: FETCH_BYTES_MAX,
      metadataMaxAge: METADATA_MS,
      retry: PATIENT,
    });
    this.#membership = new Membership(this.#consumer);
    this.#commits = new OffsetCommits({ consumer: this.#consumer, log, commitAfterMs: parts.commitAfterMs });
    const own = { consumer: this.#consumer, commits: this.#commits, leaders };
    this.#assigned = new Assigned({ ...parts, ...own, topics });
    this.#listen();
  }

  get state(): ConsumptionState {
    return this.#state;
  }

  /** The partitions that stand still, with the reason. */
  get waiting(): Assigned['waiting'] {
    return this.#assigned.waiting;
  }

  /** Those of them that cannot be read, by reason. */
  get leaderless(): Assigned['leaderless'] {
    return this.#assigned.leaderless;
  }

  get partitions(): number {
    return this.#assigned.size;
  }

  /** How many records have not ended yet. */
  get lag(): number {
    return this.#assigned.lag;
  }

  /** Milliseconds since the brokers answered a fetch. */
  get silentMs(): number {
    return performance.now() - this.#fetchedAt;
  }

  /** Milliseconds that we have been waiting for an answer to a fetch; does not include the time that we take ourselves. */
  get unansweredMs(): number {
    return this.#inHand > 0 ? 0 : performance.now() - Math.max(this.#fetchedAt, this.#doneAt);
  }

  /** Runs until `signal` aborts. Throws KafkaUnavailable if it may pass, else the error that ended the client for good. */
  async run(topics: readonly EventTopic[], signal: AbortSignal): Promise<void> {
    const stop = (): void => this.#ended.resolve();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    this.#start(topics).catch((error: unknown) => this.#end(error));
    try {
      await this.#ended.promise;
    } finally {
      signal.removeEventListener('abort', stop);
      await this.#stop();
    }
  }

  #start(topics: readonly EventTopic[]): Promise<void> {
    const subscription = { topics: topics.map(({ topic }) => topic), fromBeginning: true };
    return this.#membership.join(subscription, {
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: CONCURRENT_PARTITIONS,
      eachBatch: (payload) => this.#eachBatch(payload),
    });
  }

  #listen(): void {
    const { GROUP_JOIN, REBALANCING, CRASH, FETCH } = this.#consumer.events;
    this.#consumer.on(GROUP_JOIN, ({ payload }) => this.#onJoin(payload));
    this.#consumer.on(REBALANCING, () => {
      this.#state = 'rejoining';
      void this.#commits.commit(); // While we still may: the next owner of a partition of ours begins at the last commit.
    });
    this.#consumer.on(CRASH, (event) => this.#onCrash(event));
    this.#consumer.on(FETCH, () => {
      this.#fetchedAt = performance.now();
    });
  }

  #onJoin({ memberId, memberAssignment }: ConsumerGroupJoinEvent['payload']): void {
    if (this.#isDraining) return;
    const places = Object.entries(memberAssignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition })),
    );
    // As a new member: others may have had our partitions meanwhile, so what we know of them is outdated.
    if (memberId !== this.#memberId) this.#assigned.assign([]);
    this.#memberId = memberId;
    this.#assigned.assign(places);
    this.#state = 'consuming';
    this.#fetchedAt = performance.now();
  }

  #onCrash({ payload: { error, restart } }: ConsumerCrashEvent): void {
    this.#state = 'rejoining';
    if (restart) this.#parts.log.warn({ err: error }, 'the consumer crashed and joins its group again');
    else this.#end(error);
  }

  #end(error: unknown): void {
    this.#ended.reject(isClientBug(error) ? error : kafkaTrouble(error, this.#parts.connection));
  }

  /** Must not throw errors of ours: they would end kafkajs. Its own ones must be thrown: by them it learns of a rebalance. */
  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    const { topic, partition } = payload.batch;
    this.#inHand++;
    try {
      const intake = await this.#beating(this.#assigned.begun({ topic, partition }), payload);
      if (intake !== undefined) await this.#takeBatch(intake, payload);
    } catch (error) {
      if (isClientError(error)) throw error;
      this.#assigned.wait({ topic, partition }, error);
    } finally {
      this.#inHand--;
      this.#doneAt = performance.now();
    }
  }

  async #takeBatch(intake: PartitionIntake, payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { messages } = batch;
    if (payload.isStale()) return; // It was fetched before we seeked.
    this.#assigned.watch(intake.place, batch);
    for (let start = 0; start < messages.length; start += CHUNK_RECORDS) {
      if (this.#isDraining || !payload.isRunning() || payload.isStale()) return;
      const chunk = messages.slice(start, start + CHUNK_RECORDS);
      const last = chunk.at(-1)!;
      const isLast = start + CHUNK_RECORDS >= messages.length;
      // After the last one there may be records that we never see, such as a transaction's marker.
      const next = Number(isLast ? batch.lastOffset() : last.offset) + 1;
      const fault = await this.#beating(this.#take(intake, chunk, next), payload, (met) => {
        if (!this.#isStillOurs(intake) || (met !== undefined && !intake.hasTaken(next))) return;
        payload.resolveOffset(last.offset);
        this.#assigned.expect(intake.place, next);
      });
      if (!this.#isStillOurs(intake)) return;
      if (fault !== undefined) return this.#assigned.wait(intake.place, fault.error);
      await payload.heartbeat();
    }
  }

  /** Notes what has ended to be committed, even during a rebalance. */
  async #take(
    intake: PartitionIntake,
    chunk: readonly KafkaMessage[],
    next: number,
  ): Promise<{ readonly error: unknown } | undefined> {
    try {
      await intake.take(chunk, next);
    } catch (error) {
      return { error };
    }
    if (this.#isStillOurs(intake)) this.#commits.reached(intake);
    return undefined;
  }

  /** False if we have left the group meanwhile: then the partition may be another's, and we must not commit its offset. */
  #isStillOurs(intake: PartitionIntake): boolean {
    return this.#assigned.at(intake.place) === intake;
  }

  /** Waits for the work, with heartbeats to the group. In a rebalance, what is in hand is finished first. */
  #beating<Result>(
    work: Promise<Result>,
    payload: EachBatchPayload,
    whenDone: (result: Result) => void = () => undefined,
  ): Promise<Result> {
    const beat = (): Promise<void> => payload.heartbeat();
    const finishMs = this.#parts.handOverMs ?? HAND_OVER_MS_MAX;
    return beating(work, { beat, everyMs: HEARTBEAT_MS, finishMs, whenDone });
  }

  async #stop(): Promise<void> {
    this.#isDraining = true;
    await within(this.#assigned.idle(), FINISH_MS_MAX);
    await within(this.#commits.commit(), COMMIT_MS_MAX);
    this.#commits.close();
    await this.#membership.leave(LEAVE_MS_MAX);
    await within(this.#assigned.close(), FINISH_MS_MAX);
  }
}
