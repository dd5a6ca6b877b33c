import { type Clock, systemClock } from '#kernel';
import type { RecordedEvent } from '#event-store';
import type { CatalogEvent, Channel } from '#inventory';
import type { Fold } from '#read-model';
import type { Hub } from '../src/hub.ts';
import { AVAILABILITY } from '../src/place.ts';
import type { Receipts } from '../src/receipts.ts';
import type { ToldBook, WebhookResume } from '../src/told-book.ts';
import { ChannelWebhook, type WebhookReport } from './channel-webhook.ts';
import { keyOf, type NewestSource } from './message.ts';
import type { OutboxStart } from './outbox.ts';
import { type Pauses, PAUSES } from './pause.ts';
import type { Lookup } from './webhook-agent.ts';

/** How long messages that are underway may still take when the service stops. */
const STOP_GRACE_MS = 3_000;

export interface WebhooksParts extends NewestSource {
  readonly hub: Hub;
  readonly told: ToldBook;
  readonly receipts: Receipts;
  /** The channels of the picture. */
  readonly channels: () => Iterable<Channel>;
  /** Whether this process tells the channel; default: every one. If that changes call `divideAnew`. */
  readonly isOurs?: (channel: string) => boolean;
  /** WEBHOOK_ALLOW_PRIVATE. */
  readonly allowPrivate: boolean;
  readonly clock?: Clock;
  readonly pauses?: Pauses;
  readonly random?: () => number;
  readonly lookup?: Lookup;
  /** How long one try may take; default: what delivery and agent allow. */
  readonly tryMsMax?: number;
  /** Called for a bug in one channel's webhook: that one has stopped, the others go on. */
  readonly onBug: (channel: string, thrown: unknown) => void;
}

interface Open {
  readonly webhook: ChannelWebhook;
  readonly channel: Channel;
  /** Resolves once it neither reads nor sends any more. */
  readonly ended: Promise<void>;
}

/**
 * Tells every channel that has a webhook its numbers and orders. Runs as a fold after the hub and the told book, so that a
 * new URL or secret counts from the next message on: a new URL means a receiver that knows nothing yet, a new secret does
 * not. Call `start` once the picture has caught up with the log: before that it does nothing.
 */
export class Webhooks implements Fold {
  readonly categories = ['channel'];
  readonly #parts: WebhooksParts;
  readonly #open = new Map<string, Open>();
  #isStarted = false;

  constructor(parts: WebhooksParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#isStarted = true;
    for (const channel of this.#parts.channels()) this.#openFor(channel);
  }

  apply(event: RecordedEvent): void {
    if (!this.#isStarted || event.type !== ('ChannelDefined' satisfies CatalogEvent['type'])) return;
    const channel = event.data as Channel;
    const open = this.#open.get(channel.id);
    if (isSameTarget(open?.channel.webhook, channel.webhook)) return;
    this.#open.delete(channel.id);
    const state = open?.webhook.handOver();
    const isSameReceiver = open?.channel.webhook?.url === channel.webhook?.url;
    this.#openFor(channel, isSameReceiver ? state : undefined);
  }

  /** Call it when `isOurs` may have changed: opens the webhooks that are ours now, and closes those that no longer are. */
  divideAnew(): void {
    if (!this.#isStarted) return;
    for (const [id, { webhook }] of this.#open) {
      if (this.#isOurs(id)) continue;
      this.#open.delete(id);
      webhook.handOver();
    }
    for (const channel of this.#parts.channels()) if (!this.#open.has(channel.id)) this.#openFor(channel);
  }

  /** How the channel's webhook is doing; undefined if this process has none of it. */
  report(channel: string): WebhookReport | undefined {
    return this.#open.get(channel)?.webhook.report();
  }

  /** Gives messages that are underway a moment to end. After it the receipts are complete: flush them. */
  async stop(): Promise<void> {
    this.#isStarted = false;
    await Promise.all(
      [...this.#open.values()].map(async ({ webhook, ended }) => {
        await webhook.stop(STOP_GRACE_MS);
        await ended;
      }),
    );
    this.#open.clear();
  }

  #openFor(channel: Channel, handedOver?: OutboxStart): void {
    const resume = this.#parts.told.resume(channel.id);
    if (channel.webhook === undefined || resume === undefined || !this.#isOurs(channel.id)) return;
    const webhook = new ChannelWebhook(this.#channelParts(channel, channel.webhook, resume, handedOver));
    const ended = webhook.run().catch((thrown: unknown) => this.#parts.onBug(channel.id, thrown));
    this.#open.set(channel.id, { webhook, channel, ended });
  }

  #isOurs(channel: string): boolean {
    return this.#parts.isOurs?.(channel) ?? true;
  }

  #channelParts(
    { id }: Channel,
    { url, secret }: NonNullable<Channel['webhook']>,
    resume: WebhookResume,
    handedOver: OutboxStart | undefined,
  ): ConstructorParameters<typeof ChannelWebhook>[0] {
    const { hub, told, receipts, numbers, orders, allowPrivate, lookup, tryMsMax } = this.#parts;
    const start = handedOver ?? { through: resume.through, retrying: resume.refused.map(keyOf) };
    return {
      ...{ channel: id, name: resume.name, url, secret, start, numbers, orders, receipts, allowPrivate },
      reader: hub.changes(id, { place: start.through, ordersAfter: resume.ordersAfter }),
      takenBefore: (key) =>
        key.startsWith(String(AVAILABILITY)) ? told.acknowledgedVersion(id, key.slice(1)) : 0,
      clock: this.#parts.clock ?? systemClock,
      pauses: this.#parts.pauses ?? PAUSES,
      random: this.#parts.random ?? Math.random,
      ...(resume.failing && { failingSince: resume.failing.since }),
      ...(lookup && { lookup }),
      ...(tryMsMax !== undefined && { tryMsMax }),
    };
  }
}

function isSameTarget(one: Channel['webhook'], other: Channel['webhook']): boolean {
  return one?.url === other?.url && one?.secret === other?.secret;
}
