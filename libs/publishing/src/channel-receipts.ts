import { randomUUID } from 'node:crypto';
import type { Instant } from '#kernel';
import { type EventStore, type NewEvent, NO_STREAM } from '#event-store';
import { isWithin, joined, type Span } from './hand-out.ts';
import { AVAILABILITY, type Place } from './place.ts';
import { type PublicationEvent, publicationStream, type WebhookName } from './publication-event.ts';
import type { Told } from './wire.ts';

/** Told and refused changes in one event: even with the longest ids such an event is small enough for an append. */
const CHANGES_PER_RECEIPT_MAX = 1_000;
/** Receipts that may wait for a store that does not answer; while there are that many, nothing new is sent. */
const WAITING_MAX = 5_000;

interface Receipt extends Told {
  readonly at: Instant;
  readonly code?: string;
}

interface FlushRules {
  readonly now: Instant;
  readonly withHandedOut: boolean;
  /** Once the place is this many positions beyond the stored one it is stored even if nothing was told. */
  readonly placeLagMax: number;
}

/** The webhook whose receipts are collected. */
export interface Followed {
  readonly webhook: WebhookName;
  /** Returns how far it has come by now. */
  readonly through: () => Place;
}

/** One channel's receipts: collected, then appended to the stream that this process has for the channel. */
export class ChannelReceipts {
  readonly #store: EventStore;
  readonly #channel: string;
  readonly #stream: string;
  #revision = NO_STREAM;
  /** The newest of each listing and order. */
  readonly #told = new Map<string, Receipt>();
  readonly #refused = new Map<string, Receipt>();
  #notes: PublicationEvent[] = [];
  #handedOut: readonly Span[] = [];
  #handedOutStored: readonly Span[] = [];
  #webhook: WebhookName | undefined;
  #through: (() => Place) | undefined;
  #placeStored: Place | undefined;
  /** Events that are being stored: they keep their ids until the store has confirmed them. */
  #underway: readonly NewEvent[] = [];

  constructor(store: EventStore, channel: string, writer: string) {
    this.#store = store;
    this.#channel = channel;
    this.#stream = publicationStream(channel, writer);
  }

  get isFull(): boolean {
    return this.#told.size + this.#refused.size >= WAITING_MAX;
  }

  /** From here on receipts are of this webhook; waiting ones stay the former webhook's. Returns a function that ends it. */
  follow({ webhook, through }: Followed): () => void {
    if (this.#webhook !== undefined && this.#webhook !== webhook) this.#notes.push(...this.#takeWaiting());
    this.#webhook = webhook;
    this.#through = through;
    this.#placeStored = through();
    return () => {
      if (this.#through !== through) return;
      // The last receipts are stored after the webhook has ended, and need this place: without it everything since the
      // receipts before them would be told again.
      const last = through();
      this.#through = () => last;
    };
  }

  /** A receipt of a former webhook comes too late and is ignored: no webhook resumes from it. */
  told(webhook: WebhookName, told: Told, at: Instant): void {
    if (webhook !== this.#webhook) return;
    this.#told.set(keyOf(told), { ...told, at });
    this.#refused.delete(keyOf(told));
  }

  refused(webhook: WebhookName, refused: Told & { readonly code: string }, at: Instant): void {
    if (webhook === this.#webhook) this.#refused.set(keyOf(refused), { ...refused, at });
  }

  note(event: PublicationEvent): void {
    this.#notes.push(event);
  }

  handedOut(span: Span): void {
    this.#handedOut = joined(this.#handedOut, span);
  }

  /** Stores everything that waits. Throws what the store throws; then nothing is lost. */
  async flush(rules: FlushRules): Promise<void> {
    if (!(await this.#append())) return;
    this.#underway = this.#take(rules).map(({ type, data }) => ({ id: randomUUID(), type, data }));
    await this.#append();
  }

  /** Appends one event at a time: together they may be too large for one append. False if an outcome is unknown. */
  async #append(): Promise<boolean> {
    for (let event = this.#underway[0]; event !== undefined; event = this.#underway[0]) {
      const answer = await this.#store.append(this.#stream, this.#revision, [event]);
      if (answer.outcome === 'written') {
        this.#revision = answer.revision;
        this.#underway = this.#underway.slice(1);
      } else if (answer.outcome === 'conflict') {
        this.#revision = answer.actualRevision; // An earlier run used the same name.
      } else {
        return false; // The next flush appends it again, under the same id.
      }
    }
    return true;
  }

  #take(rules: FlushRules): readonly PublicationEvent[] {
    const events: PublicationEvent[] = [...this.#takeChanges(rules), ...this.#notes];
    this.#notes = [];
    if (rules.withHandedOut) events.push(...this.#takeHandedOut(rules.now));
    return events;
  }

  #takeHandedOut(at: Instant): readonly PublicationEvent[] {
    const spans = this.#handedOut.filter((span) => !isWithin(this.#handedOutStored, span));
    this.#handedOut = [];
    for (const span of spans) this.#handedOutStored = joined(this.#handedOutStored, span);
    return spans.map((span) => ({ type: 'FeedHandedOut', data: { channel: this.#channel, ...span, at } }));
  }

  #takeChanges(rules: FlushRules): readonly PublicationEvent[] {
    const stored = this.#placeStored;
    if (stored === undefined) return []; // It never had a webhook.
    const passed = (this.#through?.() ?? stored).position - stored.position;
    return this.#told.size + this.#refused.size > 0 || passed >= rules.placeLagMax ? this.#takeWaiting() : [];
  }

  /** As several events if there are many; only the last one moves the place. */
  #takeWaiting(): readonly PublicationEvent[] {
    const before = this.#placeStored;
    const webhook = this.#webhook;
    if (before === undefined || webhook === undefined) return [];
    const through = this.#through?.() ?? before;
    const all = [...this.#told.values(), ...this.#refused.values()];
    this.#told.clear();
    this.#refused.clear();
    this.#placeStored = through;
    const events: PublicationEvent[] = [];
    for (let first = 0; first === 0 || first < all.length; first += CHANGES_PER_RECEIPT_MAX) {
      const part = all.slice(first, first + CHANGES_PER_RECEIPT_MAX);
      const isLast = first + CHANGES_PER_RECEIPT_MAX >= all.length;
      events.push(toEvent({ channel: this.#channel, webhook }, part, isLast ? through : before));
    }
    return events;
  }
}

const keyOf = (told: Told): string => `${told.kind}${told.id}`;

function toEvent(
  of: { readonly channel: string; readonly webhook: WebhookName },
  receipts: readonly Receipt[],
  through: Place,
): PublicationEvent {
  const taken = receipts.filter(({ code }) => code === undefined);
  return {
    type: 'ChangesTold',
    data: {
      ...of,
      via: 'webhook',
      through,
      told: taken
        .filter(({ kind }) => kind === AVAILABILITY)
        .map(({ id, version, at }) => ({ listing: id, version, at })),
      orders: taken
        .filter(({ kind }) => kind !== AVAILABILITY)
        .map(({ id, version, at }) => ({ orderId: id, version, at })),
      refused: receipts.flatMap(({ kind, id, version, at, code }) =>
        code === undefined
          ? []
          : [{ ...(kind === AVAILABILITY ? { listing: id } : { orderId: id }), version, at, code }],
      ),
    },
  };
}
