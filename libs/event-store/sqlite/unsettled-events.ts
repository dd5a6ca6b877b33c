import type { DatabaseSync } from 'node:sqlite';

/** Events of a generation; they go into the index together. More would take more memory, fewer would write more pages. */
const GENERATION_EVENTS = 32_768;
/** A power of two, and twice as many as there are events, so that chains are short. */
const BUCKETS = GENERATION_EVENTS * 2;
const MIX = 0x9e3779b1;

/** Consecutive events of one stream. */
interface Run {
  readonly firstRevision: number;
  readonly positions: readonly number[];
}

/**
 * Events in the order of the log, as parallel arrays of numbers, for there are many of them and nearly all are never asked
 * for. The events of a stream are found by a hash of its number; each has a link to the one before it in its chain.
 */
export class Generation {
  readonly streamIds = new Float64Array(GENERATION_EVENTS);
  readonly revisions = new Float64Array(GENERATION_EVENTS);
  readonly positions = new Float64Array(GENERATION_EVENTS);
  /** Both contain place + 1; 0 means none. */
  readonly #newest = new Int32Array(BUCKETS);
  readonly #before = new Int32Array(GENERATION_EVENTS);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count === GENERATION_EVENTS;
  }

  get lastPosition(): number {
    return this.positions[this.#count - 1]!;
  }

  add(streamId: number, revision: number, position: number): void {
    const place = this.#count++;
    this.streamIds[place] = streamId;
    this.revisions[place] = revision;
    this.positions[place] = position;
    const bucket = bucketOf(streamId);
    this.#before[place] = this.#newest[bucket]!;
    this.#newest[bucket] = place + 1;
  }

  /** Places of the stream's events, newest first. */
  *placesOf(streamId: number): Generator<number> {
    for (let next = this.#newest[bucketOf(streamId)]!; next > 0; next = this.#before[next - 1]!) {
      if (this.streamIds[next - 1] === streamId) yield next - 1;
    }
  }

  /** Places ordered by stream, then by revision. Sorted as numbers, which is five times as fast as objects. */
  sorted(): readonly number[] {
    const keys = new Float64Array(this.#count);
    for (let place = 0; place < keys.length; place++) {
      keys[place] = this.streamIds[place]! * GENERATION_EVENTS + place;
    }
    return Array.from(keys.sort(), (key) => key % GENERATION_EVENTS);
  }
}

/**
 * Where the newest events of each stream are: those that are not in the file's index yet, or may not be. The writer and the
 * reader each have one of these.
 *
 * Events are put into the index later, many at once, because its keys come in no order: in a large index nearly each event
 * would dirty a page of its own, 16 KiB for 12 bytes. With a million events that took twice the time and ten times the
 * bytes. Sorted, many events share a page.
 */
export class UnsettledEvents {
  /** Oldest first; never empty. */
  readonly #generations: Generation[] = [new Generation()];

  /** The next event of the log. */
  add(streamId: number, revision: number, position: number): void {
    let newest = this.#generations.at(-1)!;
    if (newest.isFull) {
      newest = new Generation();
      this.#generations.push(newest);
    }
    newest.add(streamId, revision, position);
  }

  /** Undefined if the index has all of the stream's events. */
  newestRevision(streamId: number): number | undefined {
    for (let index = this.#generations.length - 1; index >= 0; index--) {
      const generation = this.#generations[index]!;
      for (const place of generation.placesOf(streamId)) return generation.revisions[place]!;
    }
    return undefined;
  }

  /** The stream's newest events from `fromRevision` on; undefined if the index has them all. */
  runOf(streamId: number, fromRevision: number): Run | undefined {
    const positions: number[] = [];
    let firstRevision = 0;
    search: for (let index = this.#generations.length - 1; index >= 0; index--) {
      const generation = this.#generations[index]!;
      for (const place of generation.placesOf(streamId)) {
        if (generation.revisions[place]! < fromRevision) break search;
        firstRevision = generation.revisions[place]!;
        positions.push(generation.positions[place]!);
      }
    }
    return positions.length === 0 ? undefined : { firstRevision, positions: positions.reverse() };
  }

  /** The generation to put into the index next. `all`: even if it is not full yet. */
  oldest({ all }: { all: boolean }): Generation | undefined {
    const oldest = this.#generations[0]!;
    return oldest.isFull || (all && oldest.count > 0) ? oldest : undefined;
  }

  /** The index has all events up to this position. */
  settledThrough(position: number): void {
    while (this.#generations[0]!.count > 0 && this.#generations[0]!.lastPosition <= position) {
      this.#generations.shift();
      if (this.#generations.length === 0) this.#generations.push(new Generation());
    }
  }

  /** Reads the events that are not in the index from the file. */
  recall(database: DatabaseSync): void {
    this.#generations.splice(0, Infinity, new Generation());
    const rows = database
      .prepare(
        `SELECT stream, revision, position FROM events
        WHERE position > (SELECT through FROM settled) ORDER BY position`,
      )
      .iterate();
    for (const { stream, revision, position } of rows) {
      this.add(Number(stream), Number(revision), Number(position));
    }
  }
}

const bucketOf = (streamId: number): number => (Math.imul(streamId, MIX) >>> 0) % BUCKETS;
