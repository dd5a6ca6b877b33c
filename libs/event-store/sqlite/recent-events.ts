import type { Instant } from '#kernel';
import { type Append, isOfAny, type LogPage, type LogQuery, type RecordedEvent } from '../src/index.ts';

/** How much of the newest log is kept as objects, for its followers. */
const RECENT_EVENTS_MAX = 16_384;
const RECENT_BYTES_MAX = 16 * 1024 * 1024;

/** A reader that follows the log as it grows. */
interface Follower {
  /** It has had everything up to this position. */
  after: number;
}

/**
 * The newest events, as the very objects that were appended: close followers of the log need not read and parse them. A
 * ring; events that fell out of it are read from the file. Events that all followers have had are released at once, for
 * objects that die young cost the garbage collector nothing.
 */
export class RecentEvents {
  readonly #events = new Array<RecordedEvent | undefined>(RECENT_EVENTS_MAX).fill(undefined);
  readonly #sizes = new Int32Array(RECENT_EVENTS_MAX);
  readonly #followers = new Set<Follower>();
  readonly #waiting = new Set<() => void>();
  /** Positions kept are those in (#forgotten, #head], without a gap. */
  #forgotten: number;
  #head: number;
  #bytes = 0;

  constructor(head: number) {
    this.#forgotten = head;
    this.#head = head;
  }

  /** Position of the newest event that readers may see: its append was answered, or is about to be. */
  get head(): number {
    return this.#head;
  }

  /** Adds the events of one append, which follow those added before; `data` has their JSON from index `start` on. */
  add(
    { stream, events, expectedRevision }: Append,
    first: { readonly position: number; readonly recordedAt: Instant },
    data: readonly string[],
    start: number,
  ): void {
    const { recordedAt } = first;
    for (let index = 0; index < events.length; index++) {
      const { id, type, data: content } = events[index]!;
      const position = first.position + index;
      const revision = expectedRevision + 1 + index;
      const event = { id, stream, revision, position, type, data: content, recordedAt };
      this.#keep(event, data[start + index]!.length);
    }
  }

  /** From now on readers see the log up to `head`. */
  moveTo(head: number): void {
    if (head === this.#head) return;
    this.#head = head;
    this.wakeAll();
  }

  /** A page from memory; undefined if not all events after `after` are in memory. */
  read({ after, categories }: LogQuery, limit: number): LogPage | undefined {
    if (after < this.#forgotten) return undefined;
    const events: RecordedEvent[] = [];
    let position = after;
    while (position < this.#head && events.length < limit) {
      position++;
      const event = this.#events[position % RECENT_EVENTS_MAX]!;
      if (isOfAny(event.stream, categories)) events.push(event);
    }
    return { events, position };
  }

  /** Adds a follower: events that it has not had are kept, as long as there is room. */
  follow(after: number): Follower {
    const follower = { after };
    this.#followers.add(follower);
    return follower;
  }

  unfollow(follower: Follower): void {
    this.#followers.delete(follower);
  }

  /** Releases events that all followers have had. A follower further behind than the ring reads the file: it keeps none. */
  release(): void {
    let through = this.#head;
    for (const { after } of this.#followers) if (after >= this.#forgotten) through = Math.min(through, after);
    while (this.#forgotten < through) this.#forgetOldest();
  }

  /** Resolves when the head is past `position`, or when all waiters are woken. */
  movedPast(position: number): Promise<void> {
    if (this.#head > position) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  wakeAll(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  #keep(event: RecordedEvent, bytes: number): void {
    const { position } = event;
    while (
      position - this.#forgotten > RECENT_EVENTS_MAX ||
      (this.#bytes + bytes > RECENT_BYTES_MAX && this.#forgotten < position - 1)
    ) {
      this.#forgetOldest();
    }
    const place = position % RECENT_EVENTS_MAX;
    this.#events[place] = event;
    this.#sizes[place] = bytes;
    this.#bytes += bytes;
  }

  #forgetOldest(): void {
    const place = ++this.#forgotten % RECENT_EVENTS_MAX;
    this.#bytes -= this.#sizes[place]!;
    this.#events[place] = undefined;
  }
}
