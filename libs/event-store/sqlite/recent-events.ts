import type { Instant } from '#kernel';
import { categoryOf, type LogPage, type LogQuery, type NewEvent, type RecordedEvent } from '../src/index.ts';

/** How much of the newest log is kept as objects for those who follow it. */
const RECENT_EVENTS_MAX = 16_384;
const RECENT_BYTES_MAX = 16 * 1024 * 1024;

interface Recent {
  readonly event: RecordedEvent;
  readonly category: string;
  readonly bytes: number;
}

/**
 * The newest events, as the very objects that were appended: whoever follows the log closely reads and parses
 * nothing again. A ring; what falls out of it is read from the file.
 */
export class RecentEvents {
  readonly #ring: (Recent | undefined)[] = new Array<undefined>(RECENT_EVENTS_MAX).fill(undefined);
  readonly #waiting = new Set<() => void>();
  /** Positions kept are those in (#forgotten, #head], without a gap. */
  #forgotten: number;
  #head: number;
  #bytes = 0;

  constructor(head: number) {
    this.#forgotten = head;
    this.#head = head;
  }

  /** Position of the newest event whose append was answered, or is about to be. */
  get head(): number {
    return this.#head;
  }

  /** Takes the events of one append, the next after those taken before. */
  add(
    append: {
      stream: string;
      events: readonly NewEvent[];
      expectedRevision: number;
      data: readonly string[];
    },
    firstPosition: number,
    recordedAt: Instant,
  ): void {
    const { stream, events, expectedRevision, data } = append;
    const category = categoryOf(stream);
    for (let index = 0; index < events.length; index++) {
      const { id, type, data: content } = events[index]!;
      const position = firstPosition + index;
      const revision = expectedRevision + 1 + index;
      this.#keep({
        event: { id, stream, revision, position, type, data: content, recordedAt },
        category,
        bytes: data[index]!.length,
      });
    }
  }

  /** Lets everybody see the log up to `head`. */
  moveTo(head: number): void {
    if (head === this.#head) return;
    this.#head = head;
    this.wakeAll();
  }

  /** A page from memory; undefined if the events after `after` are not all here any more. */
  read({ after, categories }: LogQuery, limit: number): LogPage | undefined {
    if (after < this.#forgotten) return undefined;
    const events: RecordedEvent[] = [];
    let position = after;
    while (position < this.#head && events.length < limit) {
      position++;
      const { event, category } = this.#ring[position % RECENT_EVENTS_MAX]!;
      if (categories === undefined || categories.includes(category)) events.push(event);
    }
    return { events, position };
  }

  /** Resolves when the head has moved past `position`, or when everybody is woken. */
  movedPast(position: number): Promise<void> {
    if (this.#head > position) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  wakeAll(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  #keep(recent: Recent): void {
    const place = recent.event.position % RECENT_EVENTS_MAX;
    while (
      recent.event.position - this.#forgotten > RECENT_EVENTS_MAX ||
      (this.#bytes + recent.bytes > RECENT_BYTES_MAX && this.#forgotten < recent.event.position - 1)
    ) {
      this.#forgetOldest();
    }
    this.#ring[place] = recent;
    this.#bytes += recent.bytes;
  }

  #forgetOldest(): void {
    const place = ++this.#forgotten % RECENT_EVENTS_MAX;
    this.#bytes -= this.#ring[place]!.bytes;
    this.#ring[place] = undefined;
  }
}
