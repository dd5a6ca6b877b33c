import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Run, UnsettledEvents } from './unsettled-events.ts';

/** Per event written, so many are settled with it: more than one, or the generations would pile up. */
const SETTLED_PER_WRITTEN = 2;
/** And so many with each commit. */
const SETTLED_PER_COMMIT = 64;

/** A generation on its way into the index, in the order of its keys. */
interface Settling {
  readonly runs: readonly Run[];
  readonly lastPosition: number;
  next: number;
}

/** Carries generations of events into the index of streams, a little with each commit: no commit waits long. */
export class Settler {
  readonly #unsettled: UnsettledEvents;
  readonly #insert: StatementSync;
  readonly #saveThrough: StatementSync;
  #settling: Settling | undefined;

  constructor(database: DatabaseSync, unsettled: UnsettledEvents) {
    this.#unsettled = unsettled;
    // What a crash interrupted is begun anew: some of it may be there.
    this.#insert = database.prepare(
      'INSERT INTO stream_events (stream, revision, position) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#saveThrough = database.prepare('UPDATE settled SET through = ?');
  }

  /** To be called inside the transaction that wrote so many events. Answers how far all is settled, if that moved. */
  settleSome(eventsWritten: number): number | undefined {
    return this.#settle(SETTLED_PER_COMMIT + SETTLED_PER_WRITTEN * eventsWritten, false);
  }

  /** Everything there is; inside a transaction. */
  settleAll(): void {
    while (this.#settling !== undefined || this.#unsettled.oldest({ all: true }) !== undefined) {
      const through = this.#settle(Infinity, true);
      if (through !== undefined) this.#unsettled.settledThrough(through);
    }
  }

  /** After a transaction that came to nothing: begins again with the oldest generation. */
  recall(): void {
    this.#settling = undefined;
  }

  #settle(eventsMax: number, all: boolean): number | undefined {
    const settling = (this.#settling ??= this.#begin(all));
    if (settling === undefined) return undefined;
    let eventsLeft = eventsMax;
    while (settling.next < settling.runs.length && eventsLeft > 0) {
      const { streamId, firstRevision, positions } = settling.runs[settling.next++]!;
      for (let index = 0; index < positions.length; index++) {
        this.#insert.run(streamId, firstRevision + index, positions[index]!);
      }
      eventsLeft -= positions.length;
    }
    if (settling.next < settling.runs.length) return undefined;
    this.#settling = undefined;
    this.#saveThrough.run(settling.lastPosition);
    return settling.lastPosition;
  }

  #begin(all: boolean): Settling | undefined {
    const generation = this.#unsettled.oldest({ all });
    if (generation === undefined) return undefined;
    const { runs, lastPosition } = generation;
    return { runs: sortByStream([...runs.values()]), lastPosition, next: 0 };
  }
}

/** By way of numbers, which sort five times as fast as objects: nobody should have to wait for it. */
function sortByStream(runs: readonly Run[]): Run[] {
  const keys = Float64Array.from(runs, ({ streamId }, index) => streamId * runs.length + index);
  return Array.from(keys.sort(), (key) => runs[key % runs.length]!);
}
