import { randomUUID } from 'node:crypto';
import type { Instant } from '#kernel';
import { type EventStore, type NewEvent, NO_STREAM } from '#event-store';
import { isWithin, joined, type Span } from './hand-out.ts';
import { AVAILABILITY, type Place } from './place.ts';
import { type PublicationEvent, publicationStream, type WebhookName } from './publication-event.ts';
import type { Told } from './wire.ts';

/** Told and refused changes in one event: with the longest ids they stay below what an append may carry. */
const CHANGES_PER_RECEIPT_MAX = 1_000;
/** Receipts that may wait for a store that does not answer; with more, nothing more is sent. */
const WAITING_MAX = 5_000;

interface Receipt extends Told {
  readonly at: Instant;
  readonly code?: string;
}

interface FlushRules {
  readonly now: Instant;
  readonly withHandedOut: boolean;
  /** A place this far beyond the stored one is written even if nothing was told. */
  readonly placeLagMax: number;
}

/** A webhook whose receipts are collected. */
export interface Followed {
  readonly webhook: WebhookName;
  /** Up to where it has come, whenever it is asked. */
  readonly through: () => Place;
}

/** One channel's receipts: collected, then appended to this process's own stream of it. */
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
  /** What is being stored: the same ids until the store has said yes. */
  #underway: readonly NewEvent[] = [];

  constructor(store: EventStore, channel: string, writer: string) {
    this.#store = store;
    this.#channel = channel;
    this.#stream = publicationStream(channel, writer);
  }

  get isFull(): boolean {
    return this.#told.size + this.#refused.size >= WAITING_MAX;
  }

  /** From here on receipts are this webhook's; those of another that still wait stay that one's. Returns how to stop. */
  follow({ webhook, through }: Followed): () => void {
    if (this.#webhook !== undefined && this.#webhook !== webhook) this.#notes.push(...this.#takeWaiting());
    this.#webhook = webhook;
    this.#through = through;
    this.#placeStored = through();
    return () => {
      if (this.#through !== through) return;
      // Its last receipts are stored after its end, with this place: otherwise everything since the former ones would be
      // told again.
      const last = through();
      this.#through = () => last;
    };
  }

  /** Too late, from a former webhook: nobody goes on from there. */
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

  /** Stores all there is; throws what the store throws, and then nothing is lost. */
  async flush(rules: FlushRules): Promise<void> {
    if (!(await this.#append())) return;
    this.#underway = this.#take(rules).map(({ type, data }) => ({ id: randomUUID(), type, data }));
    await this.#append();
  }

  /** One event at a time: together they might be more than an append may carry. False if that is unknown. */
  async #append(): Promise<boolean> {
    for (let event = this.#underway[0]; event !== undefined; event = this.#underway[0]) {
      const answer = await this.#store.append(this.#stream, this.#revision, [event]);
      if (answer.outcome === 'written') {
        this.#revision = answer.revision;
        this.#underway = this.#underway.slice(1);
      } else if (answer.outcome === 'conflict') {
        this.#revision = answer.actualRevision; // Of an earlier run under the same name.
      } else {
        return false; // The same id again at the next flush.
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

  /** Several events where there is much; only the last one moves the place. */
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
