import type { RecordedEvent } from '../src/index.ts';

/** Where one copied block ends. */
export interface CopiedBlock {
  /** Of its newest event, in the log it came from. */
  readonly last: number;
  /** Where the word that it is whole stands on this server: its events are before, those of the next one behind. */
  readonly end: number;
}

/** What the events of a copied log are stored with. */
export interface CopiedMetadata {
  readonly position: number;
  readonly recordedAt: number;
}

/**
 * The part of a log that was copied from another store: its events keep the positions and times that they had
 * there. Within a block the server may have them in another order, after a fault; whole blocks are in theirs.
 */
export class CopiedRange {
  readonly #blocks: readonly CopiedBlock[];
  /** Where the copy began, and where the word stands that it was finished. */
  readonly begin: number;
  readonly end: number;

  constructor(begin: number, blocks: readonly CopiedBlock[], end: number) {
    this.begin = begin;
    this.#blocks = blocks;
    this.end = end;
  }

  /** Position of the newest copied event; 0 where nothing was copied. */
  get through(): number {
    return this.#blocks.at(-1)?.last ?? 0;
  }

  /** What is written after the copy has greater positions than all before: so much is added to the server's. */
  get offset(): number {
    return Math.max(0, this.through - this.end);
  }

  /** Index of the block in which the first event after `after` is. */
  blockAfter(after: number): number {
    let [low, high] = [0, this.#blocks.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#blocks[middle]!.last <= after) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Where to look for a block on the server: its events are behind `from` and before `to`. */
  boundsOf(block: number): { readonly from: number; readonly to: number; readonly last: number } {
    const { end: to, last } = this.#blocks[block]!;
    return { from: this.#blocks[block - 1]?.end ?? this.begin, to, last };
  }
}

/** A log that was begun on this server. */
export const NOTHING_COPIED = new CopiedRange(0, [], 0);

export const inOrder = (events: RecordedEvent[]): RecordedEvent[] =>
  events.sort((a, b) => a.position - b.position);
