import { type EventStore, newEventId, type NewEvent, NO_STREAM } from '#event-store';
import { type Clock, pause, type Shards } from '#kernel';
import { publicationStream, type TopicReadBack } from '../src/publication-event.ts';

/** So much later, at most, others learn that a number is in the topic. */
const RECEIPT_EVERY_MS = 1_000;
/** Instead of a channel's id: the topic holds the numbers of all channels. */
const TOPIC = 'kafka';

interface TopicReceiptsParts {
  readonly store: Pick<EventStore, 'append'>;
  /** Names this process among all that ever ran. */
  readonly writer: string;
  readonly clock: Clock;
  readonly shards: Shards;
  /** The version up to which the topic holds all that is ours, as read back; undefined while that is being found out. */
  readonly heldThrough: () => number | undefined;
}

/** Stores, about once a second while something is told, how far the topic was read back. */
export class TopicReceipts {
  readonly #parts: TopicReceiptsParts;
  readonly #stream: string;
  #revision = NO_STREAM;
  #underway: { readonly event: NewEvent; readonly through: number } | undefined;
  /** The version of the newest change, and the one up to which receipts were stored. */
  #changed = 0;
  #stored = 0;

  constructor(parts: TopicReceiptsParts) {
    this.#parts = parts;
    this.#stream = publicationStream(TOPIC, parts.writer);
  }

  changed(version: number): void {
    this.#changed = version;
  }

  /** Our shards have changed: earlier receipts, and one that is being stored, are of other shards. */
  divideAnew(): void {
    this.#stored = 0;
    if (this.#underway !== undefined) this.#underway = { ...this.#underway, through: 0 };
  }

  /** Runs until `signal` aborts. Throws StoreUnavailable. */
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
    if (answer.outcome === 'unknown') return; // The next append of the same event finds out.
    if (answer.outcome === 'conflict') this.#revision = answer.actualRevision;
    else {
      this.#revision = answer.revision;
      this.#stored = this.#underway.through;
      this.#underway = undefined;
    }
  }
}

const toEvent = (data: TopicReadBack): NewEvent => ({ id: newEventId(), type: 'TopicReadBack', data });
