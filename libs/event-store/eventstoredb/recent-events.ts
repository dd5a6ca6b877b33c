import { assert } from '#kernel';
import { isOfAny, type LogPage, type LogQuery, type RecordedEvent } from '../src/index.ts';

/** How much of the newest log is kept for followers, in events and in bytes of the server's log. */
const RECENT_EVENTS_MAX = 16_384;
const RECENT_BYTES_MAX = 32 * 1024 * 1024;
/** So many dropped events are removed from the array at once. */
const FORGOTTEN_EVENTS_MAX = 4_096;

interface Waiter {
  /** It waits until the head is beyond this position. */
  readonly position: number;
  readonly wake: () => void;
}

/** The newest events, in order and without a gap. What falls out is read from the server again. */
export class RecentEvents {
  #events: RecordedEvent[] = [];
  #first = 0;
  #forgotten: number;
  #head: number;
  /** By position: answers come nearly in the order of the log. */
  readonly #waiting: Waiter[] = [];

  /** `head`: events up to it are not kept, all after it will be. */
  constructor(head: number) {
    this.#forgotten = head;
    this.#head = head;
  }

  get head(): number {
    return this.#head;
  }

  /** Adds the next event of the log. Waiters are woken by `wakeReached`, once all that came together was added. */
  add(event: RecordedEvent): void {
    assert(event.position > this.#head, 'positions that only grow');
    this.#events.push(event);
    this.#head = event.position;
    while (this.#isTooMuch()) this.#forgotten = this.#events[this.#first++]!.position;
    if (this.#first <= FORGOTTEN_EVENTS_MAX) return;
    this.#events = this.#events.slice(this.#first);
    this.#first = 0;
  }

  /** A page; undefined if not all events after `after` are in memory. */
  read({ after, categories }: LogQuery, limit: number): LogPage | undefined {
    if (after < this.#forgotten) return undefined;
    const events: RecordedEvent[] = [];
    let position = after;
    for (let index = this.#indexAfter(after); index < this.#events.length; index++) {
      const event = this.#events[index]!;
      ({ position } = event);
      if (isOfAny(event.stream, categories)) events.push(event);
      if (events.length === limit) break;
    }
    return { events, position };
  }

  /** The events of the append whose last one is at `position`; undefined if not all are in memory. */
  ofAppend(stream: string, position: number, ids: readonly string[]): RecordedEvent[] | undefined {
    const end = this.#indexAfter(position);
    const events = this.#events.slice(Math.max(this.#first, end - ids.length), end);
    const areThey = events.every((event, index) => event.stream === stream && event.id === ids[index]);
    return areThey && events.length === ids.length ? events : undefined;
  }

  /** Resolves when the head is past `position`, or when all waiters are woken. */
  movedPast(position: number): Promise<void> {
    if (this.#head > position) return Promise.resolve();
    return new Promise((wake) => this.#wait({ position, wake }));
  }

  /** Wakes the waiters whose position was passed. */
  wakeReached(): void {
    let reached = 0;
    while (reached < this.#waiting.length && this.#waiting[reached]!.position < this.#head) reached++;
    for (const { wake } of this.#waiting.splice(0, reached)) wake();
  }

  /** Wakes every waiter, whatever it waits for. */
  wakeAll(): void {
    for (const { wake } of this.#waiting.splice(0)) wake();
  }

  #wait(waiter: Waiter): void {
    let place = this.#waiting.length;
    while (place > 0 && this.#waiting[place - 1]!.position > waiter.position) place--;
    this.#waiting.splice(place, 0, waiter);
  }

  #isTooMuch(): boolean {
    if (this.#events.length - this.#first > RECENT_EVENTS_MAX) return true;
    return this.#head - this.#events[this.#first]!.position > RECENT_BYTES_MAX;
  }

  #indexAfter(position: number): number {
    let [low, high] = [this.#first, this.#events.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#events[middle]!.position <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
