import type { EventStore } from '#event-store';
import {
  type CatalogView,
  type JournalEvent,
  type ParkedLinesReleased,
  releaseLines,
  resolveParked,
  type ToldFact,
  toldFact,
  type ToldStream,
} from '#inventory';
import type { ItemMaker } from './acceptance.ts';
import { changeStream } from './change-stream.ts';
import type { Written } from './outcome.ts';
import { tellerOf } from './teller.ts';
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
  async release(stream: string, source: string, id: string): Promise<ReleaseOutcome> {
    const sum: { releasedLines: number; position?: number } = { releasedLines: 0 };
    let waitingLines = 0;
    for (let atOnce = Number.POSITIVE_INFINITY; ;) {
      let tried = 0;
      const decide = async (told: ToldStream): Promise<JournalEvent | undefined> => {
        const fact = toldFact(told, source, id);
        waitingLines = fact?.parked.length ?? 0;
        const data = fact && (await this.#released(told, fact, atOnce));
        tried = data === undefined ? 0 : data.lines.length + data.rejected.length;
        return data && { type: 'ParkedLinesReleased', data };
      };
      const written = await changeStream(this.#parts, stream, decide);
      if (written === undefined || (written === 'too large' && tried <= 1)) return { ...sum, waitingLines };
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

  /** The event that releases the lines that need not wait any longer: at most `atOnce` are posted. */
  async #released(
    told: ToldStream,
    fact: ToldFact,
    atOnce: number,
  ): Promise<ParkedLinesReleased | undefined> {
    const { catalog, desk } = this.#parts;
    const teller = tellerOf(fact.message.source, catalog);
    if (teller === undefined || fact.parked.length === 0) return undefined;
    const context = { catalog, unknownItems: teller.unknownItems };
    let seen = resolveParked(fact.message, fact.parked, context);
    if (seen.missing.length > 0) {
      const made = await desk.ensureItems(seen.missing);
      seen = resolveParked(fact.message, fact.parked, { ...context, made });
    }
    return releaseLines(told, fact, { ...seen, lines: seen.lines.slice(0, atOnce) }, teller.isChannel);
  }
}

/** Names a parked line. */
interface ParkedLineName {
  readonly stream: string;
  readonly source: string;
  readonly messageId: string;
  readonly index: number;
}
