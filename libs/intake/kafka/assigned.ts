import { setTimeout as pause } from 'node:timers/promises';
import type { Batch, Consumer } from 'kafkajs';
import { askKafka, isClientError, type Leaders } from '#kafka';
import type { ConsumptionParts } from './consumption-parts.ts';
import type { EventTopic } from './event-topic.ts';
import { type BeforeReading, knownOffsets, uncommitted } from './known-offsets.ts';
import type { OffsetCommits } from './offset-commits.ts';
import { type OwnOffset, OwnOffsets } from './own-offsets.ts';
import { PartitionIntake } from './partition-intake.ts';
import { type Place, RejectedTopic } from './rejected-topic.ts';
import { startOffset } from './start-offset.ts';

interface AssignedParts extends ConsumptionParts {
  readonly topics: readonly EventTopic[];
  readonly consumer: Pick<Consumer, 'seek' | 'pause' | 'resume'>;
  readonly commits: OffsetCommits;
  readonly leaders: Pick<Leaders, 'missing'>;
}

interface Partition {
  readonly intake: PartitionIntake;
  /** Resolves when it is known where to begin, or when the partition is no longer ours. */
  readonly begun: PromiseWithResolvers<void>;
  /** The offset that its next batch should begin with. */
  expected?: number;
  /** The end of the partition at the last fetch. */
  high?: number;
  /** The offset last written to our own table. */
  written?: number;
  /** Why it stands still. */
  waits?: { readonly reason: string; readonly timer: NodeJS.Timeout; readonly pauseMs: number };
}

const FIRST_PAUSE_MS = 250;
const PAUSE_MS_MAX = 5_000;
const ASK_AGAIN_MS = 1_000;
/** How often our own table is written. */
const OWN_TABLE_EVERY_MS = 30_000;

/** The partitions that the group has assigned to us. */
export class Assigned {
  readonly #parts: AssignedParts;
  readonly #rejected: RejectedTopic;
  readonly #ownOffsets: OwnOffsets;
  readonly #partitions = new Map<string, Partition>();
  readonly #ownTable: NodeJS.Timeout;
  #keptGoOn: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(parts: AssignedParts) {
    this.#parts = parts;
    const { connection, rejectedTopic, log, store, groupId } = parts;
    this.#rejected = new RejectedTopic({ connection, topic: rejectedTopic, log });
    this.#ownOffsets = new OwnOffsets(store, groupId);
    this.#ownTable = setInterval(() => void this.#writeOwnTable(), OWN_TABLE_EVERY_MS).unref();
  }

  get size(): number {
    return this.#partitions.size;
  }

  /** Partitions that stand still, with the reason; `isLasting` if that does not pass by itself. */
  get waiting(): readonly (Place & { readonly reason: string; readonly isLasting: boolean })[] {
    return [...this.#partitions.values()].flatMap(({ intake: { place, lastingFault }, waits }) => {
      const reason = this.#parts.leaders.missing(place) ?? lastingFault?.message ?? waits?.reason;
      return reason === undefined ? [] : [{ ...place, reason, isLasting: lastingFault !== undefined }];
    });
  }

  /** Partitions that cannot be read, by reason. */
  get leaderless(): ReadonlyMap<string, readonly Place[]> {
    const places = [...this.#partitions.values()].map(({ intake: { place } }) => place);
    const byReason = Map.groupBy(places, (place) => this.#parts.leaders.missing(place) ?? '');
    byReason.delete('');
    return byReason;
  }

  at(place: Place): PartitionIntake | undefined {
    return this.#partitions.get(keyOf(place))?.intake;
  }

  /** Resolves when it is known where this partition goes on; undefined if it is not ours, or no longer. */
  async begun(place: Place): Promise<PartitionIntake | undefined> {
    const partition = this.#partitions.get(keyOf(place));
    await Promise.all([this.#keptGoOn, partition?.begun.promise]);
    return this.at(place) === partition?.intake ? partition?.intake : undefined;
  }

  /** Takes the new assignment. Partitions that we had before go on where we were; for new ones that is looked up. */
  assign(places: readonly Place[]): void {
    const dealt = new Set(places.map(keyOf));
    for (const [key, partition] of this.#partitions) {
      if (!dealt.has(key)) this.#letGo(key, partition);
    }
    const kept = places.filter((place) => this.#partitions.has(keyOf(place)));
    const fresh = places
      .filter((place) => !this.#partitions.has(keyOf(place)))
      .map((place) => this.#add(place));
    // Another assignment may come while the one before is still looking up where its partitions go on.
    this.#keptGoOn = Promise.all([this.#keptGoOn, this.#goOn(kept)]).then(() => undefined);
    void this.#begin(fresh);
  }

  /** Pauses the partition. It goes on by itself once the obstacle has gone. */
  wait(place: Place, error: unknown): void {
    const partition = this.#partitions.get(keyOf(place));
    if (partition === undefined || this.#isClosed) return;
    this.#whileItRuns(() => {
      this.#parts.consumer.pause([{ topic: place.topic, partitions: [place.partition] }]);
    });
    if (partition.waits !== undefined) return;
    this.#parts.log.warn({ ...place, err: error }, 'the partition waits, and is retried automatically');
    this.#waitMore(partition, error, FIRST_PAUSE_MS);
  }

  /** How many records have not ended yet, by the ends of the partitions at their last fetches. */
  get lag(): number {
    const behind = [...this.#partitions.values()].map(({ intake: { next }, expected, high }) =>
      high === undefined ? 0 : Math.max(0, high - (next ?? expected ?? high)),
    );
    return behind.reduce((sum, each) => sum + each, 0);
  }

  /** Reports a batch that does not begin where the one before ended. */
  watch(place: Place, batch: Batch): void {
    const partition = this.#partitions.get(keyOf(place));
    if (partition === undefined || batch.messages.length === 0) return;
    partition.high = Number(batch.highWatermark);
    const first = Number(batch.messages[0]!.offset);
    const { expected } = partition;
    if (expected === undefined || first === expected) return;
    if (first < expected) return this.#alarm(place, `its offsets went back from ${expected} to ${first}`);
    // Markers of transactions leave gaps too: only deleted records are lost.
    void this.#lowOf(place).then(
      (low) => {
        if (low > expected)
          this.#alarm(place, `${low - expected} records were deleted before they were read`);
      },
      () => undefined,
    );
  }

  /** The offset that the next batch of this partition should begin with. */
  expect(place: Place, next: number): void {
    const partition = this.#partitions.get(keyOf(place));
    if (partition !== undefined) partition.expected = next;
  }

  /** Resolves when no record is on its way into the journal. */
  async idle(): Promise<void> {
    await Promise.all([...this.#partitions.values()].map(({ intake }) => intake.idle));
  }

  /** Writes our own table for the last time. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#ownTable);
    for (const { waits, begun } of this.#partitions.values()) {
      clearTimeout(waits?.timer);
      begun.resolve();
    }
    await this.#writeOwnTable();
    await this.#rejected.close();
  }

  #open(place: Place): PartitionIntake {
    const { topics, door, clock, log, onEnded } = this.#parts;
    const from = topics.find(({ topic }) => topic === place.topic)!;
    return new PartitionIntake({ place, from, door, rejected: this.#rejected, clock, log, onEnded });
  }

  #add(place: Place): Partition {
    const partition: Partition = { intake: this.#open(place), begun: Promise.withResolvers() };
    this.#partitions.set(keyOf(place), partition);
    // It may have been paused when it was ours before, and the client never forgets a pause.
    this.#resume(place);
    return partition;
  }

  #letGo(key: string, partition: Partition): void {
    this.#forget(key, partition);
    void this.#writeOwn(partition);
  }

  #forget(key: string, partition: Partition): void {
    clearTimeout(partition.waits?.timer);
    this.#parts.commits.forget(partition.intake);
    this.#partitions.delete(key);
    partition.begun.resolve();
  }

  #waitMore(partition: Partition, error: unknown, pauseMs: number): void {
    const reason = error instanceof Error ? error.message : String(error);
    const timer = setTimeout(() => void this.#goOnWith(partition), pauseMs);
    partition.waits = { reason, timer, pauseMs };
  }

  async #goOnWith(partition: Partition): Promise<void> {
    const { intake, waits } = partition;
    try {
      await intake.settle();
    } catch (error) {
      if (this.at(intake.place) !== intake || this.#isClosed) return;
      return this.#waitMore(partition, error, Math.min(PAUSE_MS_MAX, (waits?.pauseMs ?? FIRST_PAUSE_MS) * 2));
    }
    partition.waits = undefined;
    if (this.at(intake.place) !== intake || this.#isClosed) return;
    this.#parts.commits.reached(intake);
    this.#resume(intake.place);
  }

  #resume({ topic, partition }: Place): void {
    this.#whileItRuns(() => this.#parts.consumer.resume([{ topic, partitions: [partition] }]));
  }

  /** Seeks, because kafkajs goes on from the last commit, and we may have come further. */
  async #goOn(kept: readonly Place[]): Promise<void> {
    const gone = new Set((await this.#forgotten(kept)).map(keyOf));
    for (const place of kept) {
      const partition = this.#partitions.get(keyOf(place));
      await partition?.intake.idle;
      const next = partition?.intake.taken ?? partition?.expected;
      if (partition !== undefined && gone.has(keyOf(place))) await this.#beginAnew(place, partition);
      else if (next !== undefined) this.#seek(place, next);
    }
  }

  /** Partitions whose commit is gone. Their topic was deleted: brokers forget no other commits of a live group. */
  async #forgotten(kept: readonly Place[]): Promise<readonly Place[]> {
    const known = kept.filter((place) => {
      const intake = this.at(place);
      return intake !== undefined && this.#parts.commits.hasCommitted(intake);
    });
    if (known.length === 0) return [];
    return (await this.#answerTo(() => uncommitted(this.#parts, known))) ?? [];
  }

  /** Begins at the first record, whatever our own table says: that may have been written for the former topic. */
  async #beginAnew(place: Place, partition: Partition): Promise<void> {
    this.#forget(keyOf(place), partition);
    const { begun } = this.#add(place);
    const low = await this.#answerTo(() => this.#lowOf(place));
    begun.resolve();
    this.#alarm(place, 'the committed offset is gone: the topic was recreated, and is read from its start');
    this.#seek(place, low ?? 0);
  }

  /** Asks again for partitions that have no leader just now: they do not hold up the others. */
  async #begin(fresh: readonly Partition[]): Promise<void> {
    const { leaders } = this.#parts;
    const parts = { ...this.#parts, ownOffsets: this.#ownOffsets };
    for (let left = fresh; left.length > 0 && !this.#isClosed;) {
      // A partition may be without a leader for hours: until then there is nothing to ask.
      const places = left
        .map(({ intake }) => intake.place)
        .filter((place) => leaders.missing(place) === undefined);
      const ask = (): ReturnType<typeof knownOffsets> => knownOffsets(parts, places);
      const told = places.length === 0 ? undefined : await this.#answerTo(ask);
      left = left.filter((partition) => this.#isOurs(partition));
      for (const partition of left) this.#beginAt(partition, told?.get(partition.intake.place));
      left = left.filter(({ expected }) => expected === undefined);
      if (left.length > 0) await pause(ASK_AGAIN_MS, undefined, { ref: false });
    }
  }

  #isOurs({ intake }: Partition): boolean {
    return this.at(intake.place) === intake;
  }

  /** Undefined if we are closed before it comes. */
  async #answerTo<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
    while (!this.#isClosed) {
      try {
        return await ask();
      } catch (err) {
        this.#parts.log.warn({ err }, 'the offset to begin at is not known yet: it is asked for again');
        await pause(ASK_AGAIN_MS, undefined, { ref: false });
      }
    }
    return undefined;
  }

  #beginAt(partition: Partition, before: BeforeReading | undefined): void {
    if (before === undefined) return;
    const { known, own } = before;
    const { place } = partition.intake;
    this.#takeOver(partition, before);
    const { next, alarm } = startOffset(known);
    if (alarm !== undefined) this.#alarm(place, alarm);
    partition.expected = next;
    if (known.committed === undefined && next === own?.next) this.#tellAgain(partition, own);
    if (next !== (known.committed?.next ?? known.low)) this.#seek(place, next);
    partition.begun.resolve();
  }

  /** Takes over the marks of the partition's last reader, which may have been another process. */
  #takeOver({ intake }: Partition, { known: { committed }, own }: BeforeReading): void {
    if (committed !== undefined) this.#parts.commits.found(intake);
    const mark = committed?.isOfThisLog === true ? committed.mark : own?.mark;
    intake.beginsBehind({ mark, newestAt: own?.newestAt });
  }

  /** Commits an offset that only we know: otherwise the group would seem to be behind until the next record. */
  #tellAgain(partition: Partition, own: OwnOffset): void {
    partition.intake.goOnFrom(own);
    partition.written = own.next;
    this.#parts.commits.reached(partition.intake);
  }

  async #lowOf({ topic, partition }: Place): Promise<number> {
    const offsets = await askKafka(this.#parts.connection, (admin) => admin.fetchTopicOffsets(topic));
    return Number(offsets.find((each) => each.partition === partition)?.low ?? 0);
  }

  #seek(place: Place, next: number): void {
    const partition = this.#partitions.get(keyOf(place));
    if (partition === undefined || this.#isClosed) return;
    partition.expected = next;
    this.#whileItRuns(() => this.#parts.consumer.seek({ ...place, offset: String(next) }));
  }

  /** Ignores the client's errors: between a crash and the next join it throws if it is to pause, resume or seek. */
  #whileItRuns(work: () => void): void {
    try {
      work();
    } catch (err) {
      if (!isClientError(err)) throw err;
      this.#parts.log.debug({ err }, 'the consumer is not running at the moment');
    }
  }

  async #writeOwnTable(): Promise<void> {
    for (const partition of this.#partitions.values()) await this.#writeOwn(partition);
  }

  async #writeOwn(partition: Partition): Promise<void> {
    const { intake, written } = partition;
    const { next } = intake;
    if (next === undefined || next === written) return;
    try {
      await this.#ownOffsets.write(intake.place, next, intake.newestAt);
      partition.written = next;
    } catch (err) {
      this.#parts.log.warn(
        { ...intake.place, err },
        'how far it was read could not be written to the log: it is retried later',
      );
    }
  }

  #alarm(place: Place, words: string): void {
    this.#parts.log.error({ ...place }, `check this partition: ${words}`);
  }
}

const keyOf = ({ topic, partition }: Place): string => `${topic}:${partition}`;
