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

/** After this long the group gives the partitions of a dead member to others. */
const SESSION_MS = 10_000;
/** How long a member may take to come back when partitions are dealt anew. */
const REBALANCE_MS = 15_000;
const HEARTBEAT_MS = 2_000;
/** How long a broker holds a fetch that finds nothing; consumption stands still for as long when a leader dies. */
const FETCH_WAIT_MS = 500;
const PARTITION_BYTES_MAX = 256 * 1024;
const FETCH_BYTES_MAX = 4 * 1024 * 1024;
/** After this long new partitions of a topic are seen. */
const METADATA_MS = 30_000;
/** Partitions that are worked on at once: one that is slow does not keep the others waiting. */
const CONCURRENT_PARTITIONS = 64;
/** Records told to the journal at once. */
const CHUNK_RECORDS = 500;
/** A member that is dealt out of a partition finishes what it has in hand first, but not for longer. */
const HAND_OVER_MS_MAX = 5_000;
const FINISH_MS_MAX = 5_000;
const COMMIT_MS_MAX = 2_000;
/** To leave the group, and to be let into it first where we are still joining. */
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
  /** Batches in hand: the client may not fetch before they are done. */
  #inHand = 0;
  #doneAt = 0;

  constructor(parts: ConsumptionParts, topics: readonly EventTopic[]) {
    this.#parts = parts;
    const { connection, groupId, log } = parts;
    const leaders = new Leaders();
    this.#consumer = openKafka(connection, { log }).consumer({
      groupId,
      partitionAssigners: [leaders.assigner],
      allowAutoTopicCreation: false,
      readUncommitted: false,
      sessionTimeout: SESSION_MS,
      rebalanceTimeout: REBALANCE_MS,
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

  /** Partitions that stand still, with the reason. */
  get waiting(): Assigned['waiting'] {
    return this.#assigned.waiting;
  }

  /** Of those, the ones that nothing can be read of, by the reason. */
  get leaderless(): Assigned['leaderless'] {
    return this.#assigned.leaderless;
  }

  get partitions(): number {
    return this.#assigned.size;
  }

  /** Records that are there and have not ended yet. */
  get lag(): number {
    return this.#assigned.lag;
  }

  /** Milliseconds since the brokers answered a fetch. */
  get silentMs(): number {
    return performance.now() - this.#fetchedAt;
  }

  /** Milliseconds that we have waited for the brokers to answer a fetch; what takes long here is not their silence. */
  get unansweredMs(): number {
    return this.#inHand > 0 ? 0 : performance.now() - Math.max(this.#fetchedAt, this.#doneAt);
  }

  /** Goes on until `signal` aborts. Throws KafkaUnavailable for what may pass, and what ended the client for good. */
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
      void this.#commits.commit(); // While we may: who is given a partition of ours begins where the last commit was.
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
    // A new member: others may have had our partitions meanwhile, and what we know of them is old.
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

  /** Nothing of ours escapes from here: kafkajs dies of it. Its own errors do, they are how it hears of a rebalance. */
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
    if (payload.isStale()) return; // Fetched before it was known where to go on.
    this.#assigned.watch(intake.place, batch);
    for (let start = 0; start < messages.length; start += CHUNK_RECORDS) {
      if (this.#isDraining || !payload.isRunning() || payload.isStale()) return;
      const chunk = messages.slice(start, start + CHUNK_RECORDS);
      const last = chunk.at(-1)!;
      const isLast = start + CHUNK_RECORDS >= messages.length;
      // Behind the last one may be records that we never see, such as the end of a transaction.
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

  /** What has ended is to be committed from then on, also while we are asked to join anew. */
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

  /** False if we were out of the group meanwhile: whoever has the partition now, its offset is not ours to tell. */
  #isStillOurs(intake: PartitionIntake): boolean {
    return this.#assigned.at(intake.place) === intake;
  }

  /** Waits, and lets the group know that we live. When the group is dealt anew, what is in hand is finished first. */
  #beating<Result>(
    work: Promise<Result>,
    payload: EachBatchPayload,
    whenDone: (result: Result) => void = () => undefined,
  ): Promise<Result> {
    const beat = (): Promise<void> => payload.heartbeat();
    return beating(work, { beat, everyMs: HEARTBEAT_MS, finishMs: HAND_OVER_MS_MAX, whenDone });
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
