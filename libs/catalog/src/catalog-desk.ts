import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  type CatalogEvent,
  type CatalogView,
  type Channel,
  checkChannel,
  checkItem,
  checkListing,
  checkPolicy,
  checkSource,
  isKit,
  isRejection,
  type Item,
  type Listing,
  type Location,
  type Policy,
  type Rejection,
  type Source,
} from '#inventory';
import { appendSurely, type EventStore, NO_STREAM } from '#event-store';
import { Fault, Turns } from '#kernel';
import type { CatalogBook } from './catalog-book.ts';
import { namedIn } from './named-in.ts';
import { OwnWrites } from './own-writes.ts';
import { listingKey, type ResourceOf, type SetupEntry, type SetupKind, streamOf } from './setup-entry.ts';

/** The result of a PUT. */
export interface Put<Resource> {
  readonly resource: Resource;
  /** Of the event that put the resource as it is; an earlier one, if this PUT changed nothing. */
  readonly position: number;
  readonly outcome: 'created' | 'replaced' | 'unchanged';
}

/** A channel as it is put: an unchanged webhook may come without its secret, which is then kept. */
export type ChannelPut = Omit<Channel, 'webhook'> & {
  readonly webhook?: { readonly url: string; readonly secret?: string };
};

/** Others changed the same resource each time before us. */
class CatalogContention extends Fault {
  readonly code = 'CONTENTION';
  readonly retriable = true;
}

const TRIES_MAX = 8;
/** Resources that may depend on each other (kits; sources and channels) are put one after the other. */
const SHARED_TURN = 'shared';

type Decide<Kind extends SetupKind> = (before: ResourceOf[Kind] | undefined) => ResourceOf[Kind] | Rejection;

/**
 * The only way to change the set-up. Every PUT is checked against all that is known, then stored as one event at
 * the exact revision; the same PUT again stores nothing. Throws Faults of the store, and CatalogContention.
 */
export class CatalogDesk {
  readonly #store: EventStore;
  readonly #known: OwnWrites;
  readonly #turns = new Turns();

  constructor(store: EventStore, book: CatalogBook) {
    this.#store = store;
    this.#known = new OwnWrites(store, book);
  }

  /** The set-up including what this desk has written, even if the book has not reached it yet. */
  get view(): CatalogView {
    return this.#known;
  }

  putItem(item: Item): Promise<Put<Item> | Rejection> {
    return this.#put('item', item.sku, item, isKit(item) ? SHARED_TURN : streamOf('item', item.sku));
  }

  putLocation(location: Location): Promise<Put<Location> | Rejection> {
    return this.#put('location', location.id, location);
  }

  putSource(source: Source): Promise<Put<Source> | Rejection> {
    return this.#put('source', source.id, source, SHARED_TURN);
  }

  putChannel(channel: ChannelPut): Promise<Put<Channel> | Rejection> {
    return this.#put('channel', channel.id, (before) => withSecret(channel, before), SHARED_TURN);
  }

  putListing(listing: Listing): Promise<Put<Listing> | Rejection> {
    return this.#put('listing', listingKey(listing.channel, listing.listing), listing);
  }

  putPolicy(policy: Policy): Promise<Put<Policy> | Rejection> {
    return this.#put('policy', policy.scope, policy);
  }

  /** Why this policy would be refused, if it would: for a preview, which puts nothing. */
  async checkPolicy(policy: Policy): Promise<Rejection | undefined> {
    await this.#learnNamed('policy', policy);
    return checkPolicy(policy, this.#known);
  }

  /** The items of these SKUs. Missing ones are created, in whole units and named by their SKU. */
  async ensureItems(skus: readonly string[]): Promise<Map<string, Item>> {
    const items = await Promise.all(
      [...new Set(skus)].map(async (sku) => this.#known.item(sku) ?? (await this.#create(sku))),
    );
    return new Map(items.map((item) => [item.sku, item]));
  }

  async #create(sku: string): Promise<Item> {
    const item: Item = { sku, name: sku, decimals: 0, identifiers: [], components: [] };
    const put = await this.#turns.take(streamOf('item', sku), () =>
      this.#append('item', sku, item, undefined),
    );
    return put?.resource ?? this.#known.item(sku) ?? item;
  }

  #put<Kind extends SetupKind>(
    kind: Kind,
    id: string,
    resource: ResourceOf[Kind] | Decide<Kind>,
    turn = streamOf(kind, id),
  ): Promise<Put<ResourceOf[Kind]> | Rejection> {
    const decide = typeof resource === 'function' ? resource : () => resource;
    return this.#turns.take(turn, () => this.#putInTurn(kind, id, decide));
  }

  async #putInTurn<Kind extends SetupKind>(
    kind: Kind,
    id: string,
    decide: Decide<Kind>,
  ): Promise<Put<ResourceOf[Kind]> | Rejection> {
    for (let attempt = 0; attempt < TRIES_MAX; attempt++) {
      const before = this.#known.entry(kind, id);
      const resource = decide(before?.resource);
      if (isRejection(resource)) return resource;
      await this.#learnNamed(kind, resource);
      const rejection = CHECKS[kind](resource, this.#known);
      if (rejection !== undefined) return rejection;
      const put = await this.#append(kind, id, resource, before);
      if (put !== undefined) return put;
    }
    throw new CatalogContention(`${streamOf(kind, id)}: lost the append race ${TRIES_MAX} times`);
  }

  /** Undefined if somebody else has written meanwhile: what they wrote is then known. */
  async #append<Kind extends SetupKind>(
    kind: Kind,
    id: string,
    wanted: ResourceOf[Kind],
    before: SetupEntry<ResourceOf[Kind]> | undefined,
  ): Promise<Put<ResourceOf[Kind]> | undefined> {
    const resource = JSON.parse(JSON.stringify(wanted)) as ResourceOf[Kind]; // As the store will return it.
    if (before !== undefined && isDeepStrictEqual(before.resource, resource)) {
      if (await this.#isNewest(kind, id, before)) {
        return { resource: before.resource, position: before.position, outcome: 'unchanged' };
      }
      await this.#known.learn(kind, id);
      return undefined;
    }
    const event = { id: randomUUID(), type: EVENT_TYPES[kind], data: resource };
    const stream = streamOf(kind, id);
    const outcome = await appendSurely(this.#store, stream, before?.revision ?? NO_STREAM, [event]);
    if (outcome.outcome === 'conflict') {
      await this.#known.learn(kind, id);
      return undefined;
    }
    const { positions, recordedAt, revision } = outcome;
    const position = positions[0] as number;
    this.#known.keep(kind, id, { resource, position, recordedAt, revision });
    return { resource, position, outcome: before === undefined ? 'created' : 'replaced' };
  }

  /** False if another process has put something else, which the book does not have yet. */
  async #isNewest(
    kind: SetupKind,
    id: string,
    { revision }: { readonly revision: number },
  ): Promise<boolean> {
    const page = { fromRevision: revision + 1, limit: 1 };
    return (await this.#store.readStream(streamOf(kind, id), page)).length === 0;
  }

  /** Reads from the store what is named but not known: the book is allowed to be behind. */
  async #learnNamed<Kind extends SetupKind>(kind: Kind, resource: ResourceOf[Kind]): Promise<void> {
    const unknown = namedIn(kind, resource).filter(
      (named) => this.#known.entry(named.kind, named.id) === undefined,
    );
    await Promise.all(unknown.map((named) => this.#known.learn(named.kind, named.id)));
  }
}

const EVENT_TYPES: Readonly<Record<SetupKind, CatalogEvent['type']>> = {
  item: 'ItemDefined',
  location: 'LocationDefined',
  source: 'SourceDefined',
  channel: 'ChannelDefined',
  listing: 'ListingDefined',
  policy: 'PolicyDefined',
};

const CHECKS: {
  readonly [Kind in SetupKind]: (resource: ResourceOf[Kind], view: CatalogView) => Rejection | undefined;
} = {
  item: checkItem,
  location: () => undefined,
  source: checkSource,
  channel: checkChannel,
  listing: checkListing,
  policy: checkPolicy,
};

/** A reader never sees a secret, so what it puts back may lack it. */
function withSecret(channel: ChannelPut, before: Channel | undefined): Channel | Rejection {
  const { webhook, ...rest } = channel;
  if (webhook === undefined) return rest;
  const former = before?.webhook?.url === webhook.url ? before.webhook.secret : undefined;
  const secret = webhook.secret ?? former;
  if (secret !== undefined) return { ...rest, webhook: { url: webhook.url, secret } };
  const detail = 'A new webhook needs a secret, with which its messages are signed. Send webhook.secret.';
  return { code: 'MISSING_FIELD', detail, pointer: '/webhook/secret' };
}
