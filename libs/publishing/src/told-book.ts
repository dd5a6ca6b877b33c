import { type Instant, shardOf } from '#kernel';
import { isOfCategory, type RecordedEvent } from '#event-store';
import type { CatalogEvent, Channel } from '#inventory';
import type { Fold, ReadModel, Shelf } from '#read-model';
import type { NumberSource } from './change-source.ts';
import { type HandOut, joined } from './hand-out.ts';
import { AVAILABILITY, type ChangeKind, endOf, ORDER, passedBy, type Place } from './place.ts';
import type {
  ChangesTold,
  FeedHandedOut,
  PublicationEvent,
  Refused,
  TopicReadBack,
  WebhookName,
} from './publication-event.ts';
import { type Publication, type Reach, toPublication, type ToldRow } from './publication.ts';

interface ChannelRow {
  readonly channel: string;
  webhook?: WebhookRow;
  through?: Place;
  failing?: { readonly since: Instant; readonly code: string };
  handedOut?: readonly HandOut[];
}

/** A channel's webhook at one address. A new address counts as a new receiver, which has been told nothing. */
interface WebhookRow {
  readonly name: WebhookName;
  readonly url: string;
  /** Position of the set-up event since which the channel has always had a webhook, at whatever address. */
  readonly since: number;
  /** Only orders that changed after this position are told: at its former address the channel had the others. */
  readonly ordersAfter: number;
}

const DIVISION = 'count';

/** From where a channel's webhook goes on after a restart. */
export interface WebhookResume {
  readonly name: WebhookName;
  readonly through: Place;
  /** Only orders that changed after this position are told. */
  readonly ordersAfter: number;
  /** Tried and not taken before. */
  readonly refused: readonly { readonly kind: ChangeKind; readonly id: string }[];
  readonly failing?: { readonly since: Instant; readonly code: string };
}

/** Rows of this shelf kept as objects in memory: those of listings that change often. */
const HOT_TOLD_MAX = 20_000;
/** Refused changes that a webhook resumes with; it never has more than this at once. */
const REFUSED_MAX = 10_000;

/** The ledger of what each channel was told, from the receipts in the log. */
export class ToldBook implements Fold {
  readonly categories = ['publication', 'channel'];
  readonly #told: Shelf<ToldRow>;
  readonly #channels: Shelf<ChannelRow>;
  readonly #topic: Shelf<Reach>;

  constructor(readModel: ReadModel) {
    this.#told = readModel.shelf<ToldRow>({
      name: 'told',
      version: 2,
      indexes: { refused: (row) => (row.refused === undefined ? null : row.channel) },
      hotRowsMax: HOT_TOLD_MAX,
    });
    this.#channels = readModel.shelf<ChannelRow>({ name: 'told-channels', version: 2 });
    // By shard; under the key DIVISION, the number of shards.
    this.#topic = readModel.shelf<Reach>({ name: 'told-topic', version: 1 });
  }

  apply(event: RecordedEvent): void {
    if (isOfCategory(event.stream, 'publication')) this.#applyReceipt(event);
    else if (isOfCategory(event.stream, 'channel')) this.#applySetup(event);
  }

  /**
   * Undefined for a channel without a webhook. A new webhook, and one at a new address, is told every listing once, and then
   * every change: without that it might go on selling by old numbers. It also gets the orders that were not taken at the
   * former address.
   */
  resume(channel: string): WebhookResume | undefined {
    const row = this.#channels.get(channel);
    if (row?.webhook === undefined || row.through === undefined) return undefined;
    const { name, since, ordersAfter } = row.webhook;
    const refused = this.#refused(channel, { [AVAILABILITY]: name, [ORDER]: since });
    const failing = row.failing && { failing: row.failing };
    return { name, through: row.through, ordersAfter, refused, ...failing };
  }

  /** Version of a listing that the channel's webhook has taken at its present address; 0 if none. Not kept for orders. */
  acknowledgedVersion(channel: string, listing: string): number {
    const acknowledged = this.#told.get(keyOf(channel, AVAILABILITY, listing))?.acknowledged;
    const name = this.#channels.get(channel)?.webhook?.name ?? 0;
    return acknowledged !== undefined && acknowledged.position > name ? acknowledged.version : 0;
  }

  /** The channel's listings in order of name, those after the listing `after`, at most `limit`. */
  publications(
    channel: string,
    numbers: NumberSource,
    page: { readonly after?: string; readonly limit: number },
  ): readonly Publication[] {
    const { handedOut, webhook } = this.#channel(channel);
    return numbers.numbersByListing(channel, page.after, page.limit).map((desired) =>
      toPublication(desired, {
        row: this.#told.get(keyOf(channel, AVAILABILITY, desired.listing)),
        webhook: webhook?.name,
        handedOut: handedOut ?? [],
        topic: this.#topicOf(desired.sku),
      }),
    );
  }

  /** Of each kind, those refused after a position: a former receiver may have left many. */
  #refused(channel: string, since: Readonly<Record<ChangeKind, number>>): WebhookResume['refused'] {
    const refused: WebhookResume['refused'][number][] = [];
    for (let after: string | undefined; ;) {
      const behind = after === undefined ? { equals: channel } : { after: { value: channel, key: after } };
      const page = this.#told.byIndex('refused', { ...behind, limit: REFUSED_MAX });
      const own = page.filter(({ row }) => row.channel === channel);
      for (const { row } of own) if (row.refused!.position > since[row.kind]) refused.push(row);
      after = own.at(-1)?.key;
      if (own.length < REFUSED_MAX)
        return refused.slice(0, REFUSED_MAX).map(({ kind, id }) => ({ kind, id }));
    }
  }

  #applySetup(event: RecordedEvent): void {
    if (event.type !== ('ChannelDefined' satisfies CatalogEvent['type'])) return;
    const { id, webhook } = event.data as Channel;
    const row = this.#channel(id);
    if (row.webhook?.url !== webhook?.url) {
      delete row.failing;
      if (webhook === undefined) {
        delete row.webhook;
        delete row.through;
      } else {
        row.webhook = webhookAt(webhook.url, event.position, row);
        row.through = endOf(0);
      }
    }
    this.#channels.put(id, row);
  }

  #applyReceipt(event: RecordedEvent): void {
    const { type, data } = event as unknown as PublicationEvent;
    if (type === 'TopicReadBack') return this.#applyReadBack(data);
    const row = this.#channel(data.channel);
    // Of a former receiver: it does not say what the present one knows.
    if ('webhook' in data && row.webhook !== undefined && data.webhook !== row.webhook.name) return;
    if (type === 'ChangesTold') this.#applyTold(data, event.position, row);
    else if (type === 'FeedHandedOut') row.handedOut = withHandOut(row.handedOut, data);
    else if (type === 'WebhookFailing') row.failing = { since: data.since, code: data.code };
    else if (type === 'WebhookRecovered') delete row.failing;
    this.#channels.put(data.channel, row);
  }

  #applyReadBack({ count, shards, through, at }: TopicReadBack): void {
    if (this.#topic.get(DIVISION)?.through !== count) this.#topic.put(DIVISION, { through: count, at });
    for (const shard of shards) {
      const key = `${count}/${shard}`;
      if (through > (this.#topic.get(key)?.through ?? 0)) this.#topic.put(key, { through, at });
    }
  }

  /** Up to which version the topic is known to hold the numbers of an item. */
  #topicOf(sku: string): Reach | undefined {
    const count = this.#topic.get(DIVISION)?.through;
    return count === undefined ? undefined : this.#topic.get(`${count}/${shardOf(sku, count)}`);
  }

  #applyTold(data: ChangesTold, position: number, row: ChannelRow): void {
    const { channel, via } = data;
    if (via === 'webhook' && row.webhook !== undefined) row.through = data.through;
    for (const { listing, version, at } of data.told) {
      const told = this.#row(channel, AVAILABILITY, listing);
      told.sent = { version, at, via };
      told.acknowledged = { version, at, position };
      delete told.refused;
      this.#told.put(keyOf(channel, AVAILABILITY, listing), told);
    }
    // There is no limit to the number of orders: only those still to be told are kept.
    for (const { orderId } of data.orders) this.#told.delete(keyOf(channel, ORDER, orderId));
    for (const refused of data.refused) this.#applyRefused(data, refused, position);
  }

  #applyRefused({ channel, via }: ChangesTold, refused: Refused, position: number): void {
    const { listing, orderId, version, at, code } = refused;
    const kind = listing === undefined ? ORDER : AVAILABILITY;
    const row = this.#row(channel, kind, listing ?? orderId ?? '');
    row.sent = { version, at, via };
    row.refused = { version, at, code, position };
    this.#told.put(keyOf(channel, kind, row.id), row);
  }

  #channel(channel: string): ChannelRow {
    return this.#channels.get(channel) ?? { channel };
  }

  #row(channel: string, kind: ChangeKind, id: string): ToldRow {
    return this.#told.get(keyOf(channel, kind, id)) ?? { channel, kind, id };
  }
}

function webhookAt(url: string, position: number, { webhook: before, through }: ChannelRow): WebhookRow {
  if (before === undefined || through === undefined) {
    return { name: position, url, since: position, ordersAfter: position };
  }
  return { ...before, name: position, url, ordersAfter: Math.max(before.ordersAfter, passedBy(through)) };
}

const keyOf = (channel: string, kind: ChangeKind, id: string): string => `${channel}:${kind}:${id}`;

const withHandOut = (
  before: readonly HandOut[] | undefined,
  { from = 0, through, at }: FeedHandedOut,
): readonly HandOut[] => joined(before ?? [], { from, through, at });
