import type { DatabaseSync } from 'node:sqlite';

/** Events of a generation: so many settle together. More would take more memory, fewer would write more pages. */
const GENERATION_EVENTS = 32_768;

/** Consecutive events of one stream. */
export interface Run {
  readonly streamId: number;
  readonly firstRevision: number;
  readonly positions: number[];
}

/** The revision after its last one. */
export const endOf = (run: Run): number => run.firstRevision + run.positions.length;

export interface Generation {
  readonly runs: Map<string, Run>;
  events: number;
  lastPosition: number;
}

/**
 * Where the newest events of each stream are: those that the index in the file does not have yet, or may not
 * have yet. The writer and the reader keep one each.
 *
 * The index comes later because its keys come in no order: once it has grown, nearly each event would dirty
 * a page of its own there, 16 KiB for 12 bytes. With a million events that was twice the time and ten times the
 * bytes. Sorted, many at once, they share pages.
 */
export class UnsettledEvents {
  /** Oldest first; never empty. */
  readonly #generations: Generation[] = [newGeneration()];

  /** `count` events more of a stream, whose first has this revision and position. */
  add(stream: string, streamId: number, first: { revision: number; position: number }, count: number): void {
    let newest = this.#generations.at(-1)!;
    if (newest.events >= GENERATION_EVENTS) {
      newest = newGeneration();
      this.#generations.push(newest);
    }
    let run = newest.runs.get(stream);
    if (run === undefined) {
      run = { streamId, firstRevision: first.revision, positions: [] };
      newest.runs.set(stream, run);
    }
    for (let index = 0; index < count; index++) run.positions.push(first.position + index);
    newest.events += count;
    newest.lastPosition = first.position + count - 1;
  }

  /** The newest events of a stream, in order; none if the index has them all. */
  runsOf(stream: string): Run[] {
    return this.#generations.flatMap(({ runs }) => runs.get(stream) ?? []);
  }

  /** The generation to settle next. `all`: also one that still grows. */
  oldest({ all }: { all: boolean }): Generation | undefined {
    const [oldest] = this.#generations;
    const isFull = this.#generations.length > 1 || oldest!.events >= GENERATION_EVENTS;
    return isFull || (all && oldest!.events > 0) ? oldest : undefined;
  }

  /** The index has all events up to this position. */
  settledThrough(position: number): void {
    while (this.#generations[0]!.events > 0 && this.#generations[0]!.lastPosition <= position) {
      this.#generations.shift();
      if (this.#generations.length === 0) this.#generations.push(newGeneration());
    }
  }

  /** Takes what the index of the file does not have from the file. */
  recall(database: DatabaseSync): void {
    this.#generations.splice(0, Infinity, newGeneration());
    const rows = database
      .prepare(
        `SELECT s.name, e.stream, e.revision, e.position FROM events e CROSS JOIN streams s ON s.id = e.stream
        WHERE e.position > (SELECT through FROM settled) ORDER BY e.position`,
      )
      .iterate();
    for (const { name, stream, revision, position } of rows) {
      const first = { revision: Number(revision), position: Number(position) };
      this.add(String(name), Number(stream), first, 1);
    }
  }
}

const newGeneration = (): Generation => ({ runs: new Map(), events: 0, lastPosition: 0 });
