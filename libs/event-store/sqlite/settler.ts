import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { RowsInsert } from './rows-insert.ts';
import type { Generation, UnsettledEvents } from './unsettled-events.ts';

/** Events settled for each one written: more than one, for otherwise the generations would pile up. */
const SETTLED_PER_WRITTEN = 2;
/** Events that each commit settles in addition. */
const SETTLED_PER_COMMIT = 64;

/** A generation that is being put into the index, in the order of its keys. */
interface Settling {
  readonly generation: Generation;
  readonly places: readonly number[];
  next: number;
}

/** Puts generations of events into the index of streams, a little with each commit, so that no commit takes long. */
export class Settler {
  readonly #unsettled: UnsettledEvents;
  readonly #insert: RowsInsert;
  readonly #saveThrough: StatementSync;
  #settling: Settling | undefined;

  constructor(database: DatabaseSync, unsettled: UnsettledEvents) {
    this.#unsettled = unsettled;
    // After a crash a generation is put in again from its start: some of it may be there.
    const into = 'stream_events (stream, revision, position)';
    this.#insert = new RowsInsert(database, into, 3, 'ON CONFLICT DO NOTHING');
    this.#saveThrough = database.prepare('UPDATE settled SET through = ?');
  }

  /** Call it inside the transaction that wrote so many events. Returns how far all is settled, if that has changed. */
  settleSome(eventsWritten: number): number | undefined {
    return this.#settle(SETTLED_PER_COMMIT + SETTLED_PER_WRITTEN * eventsWritten, false);
  }

  /** Settles everything. Call it inside a transaction. */
  settleAll(): void {
    while (this.#settling !== undefined || this.#unsettled.oldest({ all: true }) !== undefined) {
      const through = this.#settle(Infinity, true);
      if (through !== undefined) this.#unsettled.settledThrough(through);
    }
  }

  /** Call it after a rollback: begins again with the oldest generation. */
  recall(): void {
    this.#insert.drop();
    this.#settling = undefined;
  }

  #settle(eventsMax: number, all: boolean): number | undefined {
    const settling = (this.#settling ??= this.#begin(all));
    if (settling === undefined) return undefined;
    const { generation, places } = settling;
    const { streamIds, revisions, positions } = generation;
    const end = Math.min(places.length, settling.next + eventsMax);
    for (let index = settling.next; index < end; index++) {
      const place = places[index]!;
      this.#insert.add(streamIds[place]!, revisions[place]!, positions[place]!);
    }
    this.#insert.flush();
    settling.next = end;
    if (end < places.length) return undefined;
    this.#settling = undefined;
    this.#saveThrough.run(generation.lastPosition);
    return generation.lastPosition;
  }

  #begin(all: boolean): Settling | undefined {
    const generation = this.#unsettled.oldest({ all });
    return generation && { generation, places: generation.sorted(), next: 0 };
  }
}
