import { type Instant, shardOf } from '#kernel';
import type { RecordedEvent } from '#event-store';
import type { CatalogEvent, Channel } from '#inventory';
import type { Fold, ReadModel, Shelf } from '#read-model';
import type { ListingNumber, NumberSource } from './change-source.ts';
import { AVAILABILITY, type ChangeKind, endOf, ORDER, type Place } from './place.ts';
import type {
  ChangesTold,
  FeedHandedOut,
  PublicationEvent,
  Refused,
  TopicReadBack,
  Via,
} from './publication-event.ts';

/** What is known of one listing, or of one order that is still to be told. */
interface ToldRow {
  readonly channel: string;
  readonly kind: ChangeKind;
  readonly id: string;
  /** The newest that went out, taken or not. */
  sent?: { readonly version: number; readonly at: Instant; readonly via: Via };
  /** `position` is of the receipt that says so. */
  acknowledged?: { readonly version: number; readonly at: Instant; readonly position: number };
  /** Still to be told; `position` is of the receipt that says so. */
  refused?: {
    readonly version: number;
    readonly at: Instant;
    readonly code: string;
    readonly position: number;
  };
}

interface ChannelRow {
  readonly channel: string;
  /** Position of the set-up event since which it has had a webhook without a break. */
  webhookSince?: number;
  through?: Place;
  failing?: { readonly since: Instant; readonly code: string };
  handedOut?: { readonly through: number; readonly at: Instant };
}

/** Of a shard in Kafka's topic; under DIVISION, into how many there are. */
interface TopicRow {
  readonly through: number;
  readonly at: Instant;
}

const DIVISION = 'count';

/** Where a channel's webhook goes on after a restart. */
export interface WebhookResume {
  readonly through: Place;
  /** Position of the set-up event since which there is one: orders are told from behind it only. */
  readonly since: number;
  /** Tried and not taken before. */
  readonly refused: readonly { readonly kind: ChangeKind; readonly id: string }[];
  readonly failing?: { readonly since: Instant; readonly code: string };
}

/** A listing in the ledger of what was told: what it should say, what went out, what was taken. */
export interface Publication {
  readonly desired: ListingNumber;
  readonly sent: ToldRow['sent'];
  readonly acknowledged: { readonly version: number; readonly at: Instant } | undefined;
  /** Sent, not taken, and to be tried again. */
  readonly refused: { readonly version: number; readonly at: Instant; readonly code: string } | undefined;
  /** Since when the channel may sell by an older number; undefined where it knows the newest. */
  readonly staleSince: Instant | undefined;
}

/** Rows of this shelf kept unfolded: those of the listings that move. */
const HOT_TOLD_MAX = 20_000;
/** Refused changes a webhook resumes with; more are never refused at once. */
export const REFUSED_MAX = 10_000;

/** The ledger of what each channel was told, from the receipts in the log. */
export class ToldBook implements Fold {
  readonly name = 'told';
  readonly categories = ['publication', 'channel'];
  readonly #told: Shelf<ToldRow>;
  readonly #channels: Shelf<ChannelRow>;
  readonly #topic: Shelf<TopicRow>;

  constructor(readModel: ReadModel) {
    this.#told = readModel.shelf<ToldRow>({
      name: 'told',
      version: 2,
      indexes: { refused: (row) => (row.refused === undefined ? null : row.channel) },
      hotRowsMax: HOT_TOLD_MAX,
    });
    this.#channels = readModel.shelf<ChannelRow>({ name: 'told-channels', version: 1 });
    this.#topic = readModel.shelf<TopicRow>({ name: 'told-topic', version: 1 });
  }

  apply(event: RecordedEvent): void {
    if (event.stream.startsWith('publication-')) this.#applyReceipt(event);
    else if (event.stream.startsWith('channel-')) this.#applySetup(event);
  }

  /**
   * Of a channel with a webhook. A new one is told every listing once, then what changes: what it is not told it
   * goes on selling by whatever number it had.
   */
  resume(channel: string): WebhookResume | undefined {
    const row = this.#channels.get(channel);
    if (row?.webhookSince === undefined || row.through === undefined) return undefined;
    const since = row.webhookSince;
    const refused = this.#told
      .byIndex('refused', { equals: channel, limit: REFUSED_MAX })
      .filter((entry) => entry.row.refused!.position > since)
      .map(({ row: { kind, id } }) => ({ kind, id }));
    const failing = row.failing && { failing: row.failing };
    return { through: row.through, since, refused, ...failing };
  }

  /** Version of a listing that the channel's webhook has taken since there is one; 0 if none. Orders are not kept. */
  acknowledgedVersion(channel: string, listing: string): number {
    const acknowledged = this.#told.get(keyOf(channel, AVAILABILITY, listing))?.acknowledged;
    const since = this.#channels.get(channel)?.webhookSince ?? 0;
    return acknowledged !== undefined && acknowledged.position > since ? acknowledged.version : 0;
  }

  /** The channel's listings by name, behind the listing `after`, at most `limit`. */
  publications(
    channel: string,
    numbers: NumberSource,
    page: { readonly after?: string; readonly limit: number },
  ): readonly Publication[] {
    const handedOut = this.#channels.get(channel)?.handedOut;
    return numbers.numbersByListing(channel, page.after, page.limit).map((desired) =>
      toPublication(desired, {
        row: this.#told.get(keyOf(channel, AVAILABILITY, desired.listing)),
        handedOut,
        topic: this.#topicOf(desired.sku),
      }),
    );
  }

  #applySetup(event: RecordedEvent): void {
    if (event.type !== ('ChannelDefined' satisfies CatalogEvent['type'])) return;
    const { id, webhook } = event.data as Channel;
    const row = this.#channel(id);
    if (webhook === undefined) {
      delete row.webhookSince;
      delete row.through;
      delete row.failing;
    } else if (row.webhookSince === undefined) {
      row.webhookSince = event.position;
      row.through = endOf(0);
    }
    this.#channels.put(id, row);
  }

  #applyReceipt(event: RecordedEvent): void {
    const { type, data } = event as unknown as PublicationEvent;
    if (type === 'TopicReadBack') return this.#applyReadBack(data);
    const row = this.#channel(data.channel);
    if (type === 'ChangesTold') this.#applyTold(data, event.position, row);
    else if (type === 'FeedHandedOut') row.handedOut = laterHandOut(row.handedOut, data);
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

  /** How far the topic is known to hold the numbers of an item. */
  #topicOf(sku: string): TopicRow | undefined {
    const count = this.#topic.get(DIVISION)?.through;
    return count === undefined ? undefined : this.#topic.get(`${count}/${shardOf(sku, count)}`);
  }

  #applyTold(data: ChangesTold, position: number, row: ChannelRow): void {
    const { channel, via } = data;
    if (via === 'webhook' && row.webhookSince !== undefined) row.through = data.through;
    for (const { listing, version, at } of data.told) {
      const told = this.#row(channel, AVAILABILITY, listing);
      told.sent = { version, at, via };
      told.acknowledged = { version, at, position };
      delete told.refused;
      this.#told.put(keyOf(channel, AVAILABILITY, listing), told);
    }
    // Orders are without number: only what is still to be told is kept.
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

const keyOf = (channel: string, kind: ChangeKind, id: string): string => `${channel}:${kind}:${id}`;

function laterHandOut(
  before: ChannelRow['handedOut'],
  { through, at }: FeedHandedOut,
): ChannelRow['handedOut'] {
  return before !== undefined && before.through >= through ? before : { through, at };
}

interface Known {
  readonly row: ToldRow | undefined;
  readonly handedOut: ChannelRow['handedOut'];
  readonly topic: TopicRow | undefined;
}

function toPublication(desired: ListingNumber, { row, ...reaches }: Known): Publication {
  const { version, recordedAt } = desired;
  const handedOut = reaching(reaches.handedOut, version);
  const topic = reaching(reaches.topic, version);
  const acknowledged = acknowledgedBy(row, topic, version);
  const isKnown = handedOut !== undefined || versionOf(acknowledged) >= version;
  return {
    desired,
    sent: (versionOf(row?.sent) < version && sentBy(topic, handedOut, version)) || row?.sent,
    acknowledged,
    refused: row?.refused,
    staleSince: isKnown ? undefined : recordedAt,
  };
}

/** Read back from the topic, it stands there for everybody. */
const acknowledgedBy = (
  row: ToldRow | undefined,
  topic: TopicRow | undefined,
  version: number,
): Publication['acknowledged'] =>
  topic !== undefined && versionOf(row?.acknowledged) < version
    ? { version, at: topic.at }
    : row?.acknowledged;

function sentBy(
  topic: TopicRow | undefined,
  handedOut: ChannelRow['handedOut'],
  version: number,
): ToldRow['sent'] {
  if (topic !== undefined) return { version, at: topic.at, via: 'kafka' };
  return handedOut && { version, at: handedOut.at, via: 'feed' };
}

/** What reaches this version, if it does. */
const reaching = <Reach extends { readonly through: number }>(
  reach: Reach | undefined,
  version: number,
): Reach | undefined => (reach !== undefined && reach.through >= version ? reach : undefined);

const versionOf = (told: { readonly version: number } | undefined): number => told?.version ?? 0;
