import { type EventStore, newEventId, type NewEvent, NO_STREAM } from '#event-store';
import { type Clock, pause, type Shards } from '#kernel';
import { publicationStream, type TopicReadBack } from '../src/publication-event.ts';

/** So late others learn at most that a number stands in the topic. */
const RECEIPT_EVERY_MS = 1_000;
/** In the place of a channel: the topic holds the numbers of all. */
const TOPIC = 'kafka';

interface TopicReceiptsParts {
  readonly store: Pick<EventStore, 'append'>;
  /** Names this process among all that ever ran. */
  readonly writer: string;
  readonly clock: Clock;
  readonly shards: Shards;
  /** Up to which version all of ours stands in the topic, as read back; undefined while that is found out. */
  readonly heldThrough: () => number | undefined;
}

/** Stores, about once a second while something is told, up to where the topic was read back. */
export class TopicReceipts {
  readonly #parts: TopicReceiptsParts;
  readonly #stream: string;
  #revision = NO_STREAM;
  #underway: { readonly event: NewEvent; readonly through: number } | undefined;
  /** Version of the newest change, and through which we have spoken. */
  #changed = 0;
  #stored = 0;

  constructor(parts: TopicReceiptsParts) {
    this.#parts = parts;
    this.#stream = publicationStream(TOPIC, parts.writer);
  }

  changed(version: number): void {
    this.#changed = version;
  }

  /** What we have said was of other shards, and so is what is on its way. */
  divideAnew(): void {
    this.#stored = 0;
    if (this.#underway !== undefined) this.#underway = { ...this.#underway, through: 0 };
  }

  /** Until `signal` aborts. Throws StoreUnavailable. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(RECEIPT_EVERY_MS, signal, { ref: false });
      await this.#storeNews();
    }
  }

  async #storeNews(): Promise<void> {
    const { shards, clock, heldThrough } = this.#parts;
    const through = heldThrough() ?? 0;
    const isNews = through > this.#stored && this.#changed > this.#stored && shards.owned.length > 0;
    if (this.#underway === undefined && !isNews) return;
    const data = { count: shards.count, shards: shards.owned, through, at: clock.now() };
    this.#underway ??= { event: toEvent(data), through };
    const answer = await this.#parts.store.append(this.#stream, this.#revision, [this.#underway.event]);
    if (answer.outcome === 'unknown') return; // The same again finds out.
    if (answer.outcome === 'conflict') this.#revision = answer.actualRevision;
    else {
      this.#revision = answer.revision;
      this.#stored = this.#underway.through;
      this.#underway = undefined;
    }
  }
}

const toEvent = (data: TopicReadBack): NewEvent => ({ id: newEventId(), type: 'TopicReadBack', data });
