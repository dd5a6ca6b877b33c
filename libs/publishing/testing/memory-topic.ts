import { setTimeout as pause } from 'node:timers/promises';
import { type Extent, KafkaUnavailable } from '#kafka';
import { partitionOf } from '../kafka/partition-of.ts';
import {
  type OutgoingRecord,
  type ReadRecord,
  RecordTooLarge,
  type TopicLink,
  type TopicReader,
} from '../kafka/topic-link.ts';

/** What happens to the next sends. `late`: it is written but not confirmed; `lost`: confirmed but not written. */
type Mishap = 'refused' | 'late' | 'lost';

/** A compacted topic that can be made to misbehave in ways seen of brokers. It outlives its publishers. */
export class MemoryTopic implements TopicLink {
  readonly topic = 'memory';
  readonly partitions: ReadRecord[][];
  /** The most sends that were ever under way in one partition at the same time. */
  together = 0;
  isDown = false;
  /** While true nothing is answered, nor refused. */
  isFrozen = false;
  /** Partitions without a leader: they cannot be described, written or read. */
  readonly leaderless = new Set<number>();
  /** A send of more characters is refused. */
  charactersMax = Infinity;
  readonly mishaps: Mishap[] = [];
  /** Where a partition begins, if not at 0: earlier records were deleted. */
  readonly lows: number[] = [];
  readonly #readers = new Set<() => void>();
  #heldAnswer: { readonly asked: () => void; readonly letGo: Promise<void> } | undefined;
  readonly #underway = new Map<number, number>();

  constructor(partitions = 3) {
    this.partitions = Array.from({ length: partitions }, () => []);
  }

  async extents(): Promise<readonly (Extent | undefined)[]> {
    await this.#thawed();
    if (this.isDown) throw new KafkaUnavailable('Nobody answers.');
    const extents = this.partitions.map(({ length }, partition) =>
      this.leaderless.has(partition) ? undefined : { low: this.lows[partition] ?? 0, high: length },
    );
    const held = this.#heldAnswer;
    this.#heldAnswer = undefined;
    held?.asked();
    await held?.letGo;
    return extents;
  }

  /** Holds back the answer to the next `extents` until `letGo` is called. */
  holdAnswer(): { readonly asked: Promise<void>; readonly letGo: () => void } {
    const asked = Promise.withResolvers<void>();
    const letGo = Promise.withResolvers<void>();
    this.#heldAnswer = { asked: asked.resolve, letGo: letGo.promise };
    return { asked: asked.promise, letGo: letGo.resolve };
  }

  async send(partition: number, records: readonly OutgoingRecord[]): Promise<number> {
    const underway = (this.#underway.get(partition) ?? 0) + 1;
    this.#underway.set(partition, underway);
    this.together = Math.max(this.together, underway);
    try {
      await pause(1);
      await this.#thawed();
      const characters = records.reduce((sum, { value }) => sum + value.length, 0);
      if (characters > this.charactersMax) throw new RecordTooLarge();
      const isRefused = this.isDown || this.leaderless.has(partition);
      const mishap = isRefused ? 'refused' : this.mishaps.shift();
      const first = this.partitions[partition]!.length;
      if (mishap !== 'refused' && mishap !== 'lost') {
        for (const { key, value } of records) this.#append(partition, key, value);
      }
      // Another's records are at the offsets that our send was told.
      if (mishap === 'lost') this.#append(partition, 'another:record', '{"version":1}');
      if (mishap === 'refused' || mishap === 'late') throw new KafkaUnavailable('No answer.');
      return first;
    } finally {
      this.#underway.set(partition, underway - 1);
    }
  }

  /** As if somebody added partitions to the topic. */
  addPartitions(count: number): void {
    for (let added = 0; added < count; added++) this.partitions.push([]);
  }

  /** As if it was deleted and made again with the same name: its readers follow the new one from its start. */
  makeAnew(): void {
    for (const records of this.partitions) records.length = 0;
    this.lows.length = 0;
  }

  /** A record of somebody else's, or one of ours from long ago. */
  write(key: string, value: object | null): void {
    this.#append(partitionOf(key, this.partitions.length), key, value && JSON.stringify(value));
  }

  async follow(reader: TopicReader, signal: AbortSignal): Promise<void> {
    const next = this.partitions.map(() => 0);
    while (!signal.aborted) {
      for (const [partition, records] of this.partitions.entries()) {
        const read = next[partition] ?? 0;
        const from = Math.max(read > records.length ? 0 : read, this.lows[partition] ?? 0);
        if (from === records.length || this.leaderless.has(partition)) continue;
        next[partition] = records.length;
        reader.read(partition, records.slice(from), records.length);
      }
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#readers.delete(wake);
          resolve();
        };
        this.#readers.add(wake);
        signal.addEventListener('abort', wake, { once: true });
      });
    }
  }

  /** What a new reader would see: the last value of each key. */
  get picture(): Readonly<Record<string, { readonly version: number; readonly available?: number }>> {
    const last = new Map<string, unknown>();
    for (const { key, value } of this.#records()) {
      if (value === null) last.delete(key!);
      else last.set(key!, JSON.parse(String(value)));
    }
    return Object.fromEntries(last) as never;
  }

  /** The versions of a key, in the order of their records. */
  versionsOf(key: string): number[] {
    const values = this.#records()
      .filter((record) => record.key === key)
      .map(({ value }) => JSON.parse(String(value)) as never);
    return values.map(({ version }: { readonly version: number }) => version);
  }

  #records(): readonly ReadRecord[] {
    return this.partitions.flatMap((records, partition) => records.slice(this.lows[partition] ?? 0));
  }

  async #thawed(): Promise<void> {
    while (this.isFrozen) await pause(1);
  }

  #append(partition: number, key: string, value: string | null): void {
    const records = this.partitions[partition]!;
    records.push({ offset: records.length, key, value: value === null ? null : Buffer.from(value) });
    for (const wake of this.#readers) setImmediate(wake);
  }
}
