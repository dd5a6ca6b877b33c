import type { RecordedEvent } from '../src/index.ts';

/** Where one copied block ends. */
export interface CopiedBlock {
  /** Position of its newest event, in the log that it was copied from. */
  readonly last: number;
  /** Position on this server of the `BlockCopied` that completes it: its events are before, those of the next block after. */
  readonly end: number;
}

/** The metadata of copied events. */
export interface CopiedMetadata {
  readonly position: number;
  readonly recordedAt: number;
}

/**
 * The part of a log that was copied from another store: its events keep the positions and times that they had there. After
 * a fault the server may have the events within a block in another order; the blocks themselves are in order.
 */
export class CopiedRange {
  readonly #blocks: readonly CopiedBlock[];
  /** Positions on this server of the beginning of the copy, and of the `CopyFinished` that ends it. */
  readonly begin: number;
  readonly end: number;

  constructor(begin: number, blocks: readonly CopiedBlock[], end: number) {
    this.begin = begin;
    this.#blocks = blocks;
    this.end = end;
  }

  /** Position of the newest copied event; 0 if nothing was copied. */
  get through(): number {
    return this.#blocks.at(-1)?.last ?? 0;
  }

  /** Added to the server's positions, so that events after the copy have greater positions than the copied ones. */
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

  /** Where a block is on the server: its events are after `from` and before `to`. */
  boundsOf(block: number): { readonly from: number; readonly to: number; readonly last: number } {
    const { end: to, last } = this.#blocks[block]!;
    return { from: this.#blocks[block - 1]?.end ?? this.begin, to, last };
  }
}

/** A log that was not copied from another store. */
export const NOTHING_COPIED = new CopiedRange(0, [], 0);

export const inOrder = (events: RecordedEvent[]): RecordedEvent[] =>
  events.sort((a, b) => a.position - b.position);
