import type { EventStore } from '#event-store';
import {
  type CatalogView,
  type JournalEvent,
  type ParkedLine,
  type ReleasedLines,
  releaseLines,
  resolveParked,
  type ToldFact,
  toldFact,
  type ToldStream,
} from '#inventory';
import type { ItemMaker } from './acceptance.ts';
import { changeStream } from './change-stream.ts';
import type { ParkedLineName } from './journal-rows.ts';
import type { Written } from './outcome.ts';
import { type Teller, tellerOf } from './teller.ts';
import type { ToldStreams } from './told-streams.ts';

interface ParkedLinesParts {
  readonly store: EventStore;
  readonly catalog: CatalogView;
  readonly desk: ItemMaker;
  readonly streams: ToldStreams;
}

/** The result of trying parked lines again. */
export interface ReleaseOutcome {
  /** Lines that were posted, or refused now that their item is known. */
  readonly releasedLines: number;
  /** Lines of the message that still wait. */
  readonly waitingLines: number;
  /** Of the newest event that released a line; absent if none was released. */
  readonly position?: number;
}

/** A release that the releaser asks for. */
export interface TriedRelease extends ReleaseOutcome {
  /** True if a line now waits for something that it did not wait for when it was parked: no cause finds it by that. */
  readonly waitsForOthers: boolean;
}

/** Why a line is given up, and by whom. */
export interface Dismissal {
  readonly reason: string;
  readonly actor: string;
}

/** Ends the waiting of parked lines. Callers give each stream one turn at a time. */
export class ParkedLines {
  readonly #parts: ParkedLinesParts;

  constructor(parts: ParkedLinesParts) {
    this.#parts = parts;
  }

  /**
   * Posts the lines of a message that now resolve, once, with the message's own time: in one event, or in
   * several if one would be too large.
   */
  async release(stream: string, source: string, id: string): Promise<TriedRelease> {
    const sum: { releasedLines: number; position?: number } = { releasedLines: 0 };
    let waitingLines = 0;
    let waitsForOthers = false;
    for (let atOnce = Number.POSITIVE_INFINITY; ;) {
      let tried = 0;
      const decide = async (told: ToldStream): Promise<JournalEvent | undefined> => {
        const fact = toldFact(told, source, id);
        waitingLines = fact?.parked.length ?? 0;
        const seen = fact && (await this.#seen(fact));
        waitsForOthers = false;
        if (fact === undefined || seen === undefined) return undefined;
        waitsForOthers = isOtherThan(fact.parked, seen.waiting);
        const lines = seen.lines.slice(0, atOnce);
        const data = releaseLines(told, fact, { ...seen, lines }, seen.teller.isChannel);
        tried = data === undefined ? 0 : data.lines.length + data.rejected.length;
        return data && { type: 'ParkedLinesReleased', data };
      };
      const written = await changeStream(this.#parts, stream, decide);
      if (written === undefined || (written === 'too large' && tried <= 1)) {
        return { ...sum, waitingLines, waitsForOthers };
      }
      if (written === 'too large') atOnce = Math.floor(tried / 2);
      else {
        sum.releasedLines += tried;
        sum.position = written.position;
      }
    }
  }

  /** Undefined if no such line waits any more. */
  async dismiss(line: ParkedLineName, { reason, actor }: Dismissal): Promise<Written | undefined> {
    const { stream, source, messageId: id, index } = line;
    const written = await changeStream(this.#parts, stream, (told) => {
      const isParked = toldFact(told, source, id)?.parked.some((parked) => parked.index === index) ?? false;
      if (!isParked) return undefined;
      return { type: 'ParkedLineDismissed', data: { source, id, index, reason, actor } };
    });
    return written === 'too large' ? undefined : written;
  }

  /** What the lines that wait mean by now; undefined if none waits. */
  async #seen(fact: ToldFact): Promise<(ReleasedLines & { readonly teller: Teller }) | undefined> {
    const { catalog, desk } = this.#parts;
    const teller = tellerOf(fact.message.source, catalog);
    if (teller === undefined || fact.parked.length === 0) return undefined;
    const context = { catalog, unknownItems: teller.unknownItems };
    const seen = resolveParked(fact.message, fact.parked, context);
    if (seen.missing.length === 0) return { ...seen, teller };
    const made = await desk.ensureItems(seen.missing);
    return { ...resolveParked(fact.message, fact.parked, { ...context, made }), teller };
  }
}

function isOtherThan(parked: readonly ParkedLine[], waiting: readonly ParkedLine[]): boolean {
  return waiting.some(({ index, waitsFor }) => {
    const before = parked.find((line) => line.index === index)?.waitsFor;
    return waitsFor.some((name) => before?.includes(name) !== true);
  });
}
