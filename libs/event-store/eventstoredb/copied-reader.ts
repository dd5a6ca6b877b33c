import { isOfAny, type LogPage, type LogQuery, READ_EVENTS_MAX, type RecordedEvent } from '../src/index.ts';
import { inOrder } from './copied-range.ts';
import { isOurs, positionOf, type RecordedEvents, type Told } from './recorded-event.ts';

/** Blocks kept in memory, for a reader of small pages needs the same one again. */
const BLOCKS_KEPT_MAX = 4;

/** Reads pages of the server's log, from the event at `from` on. */
type PageFrom = (from: number, maxCount: number) => Promise<readonly Told[]>;

/** Reads the copied part of a log, block by block, each in the order of the log it came from. */
export class CopiedReader {
  readonly #recorded: RecordedEvents;
  readonly #pageFrom: PageFrom;
  readonly #blocks = new Map<number, readonly RecordedEvent[]>();

  constructor(recorded: RecordedEvents, pageFrom: PageFrom) {
    this.#recorded = recorded;
    this.#pageFrom = pageFrom;
  }

  /** The rest of the block that contains `after`, or the next block. */
  async readAll({ after, categories }: LogQuery, limit: number): Promise<LogPage> {
    const events: RecordedEvent[] = [];
    let position = after;
    for (const event of await this.#blockAfter(after)) {
      if (event.position <= after) continue;
      ({ position } = event);
      if (isOfAny(event.stream, categories)) events.push(event);
      if (events.length === limit) break;
    }
    return { events, position };
  }

  async #blockAfter(after: number): Promise<readonly RecordedEvent[]> {
    const block = this.#recorded.copied.blockAfter(after);
    const kept = this.#blocks.get(block);
    if (kept !== undefined) return kept;
    const read = await this.#read(block);
    this.#blocks.set(block, read);
    if (this.#blocks.size > BLOCKS_KEPT_MAX) this.#blocks.delete(this.#blocks.keys().next().value!);
    return read;
  }

  async #read(block: number): Promise<readonly RecordedEvent[]> {
    const { from, to } = this.#recorded.copied.boundsOf(block);
    const events: RecordedEvent[] = [];
    for (let at = from; at < to;) {
      const page = await this.#pageFrom(at, READ_EVENTS_MAX + 1);
      for (const told of page) {
        at = Number(positionOf(told).commit);
        if (at > from && at < to && isOurs(told) && !isTwice(events, told))
          events.push(this.#recorded.of(told));
      }
      if (page.length <= READ_EVENTS_MAX) break;
    }
    return inOrder(events);
  }
}

/** The next page begins with the last event of the one before it. */
const isTwice = (events: readonly RecordedEvent[], { event }: Told): boolean =>
  events.at(-1)?.id === event?.id;
