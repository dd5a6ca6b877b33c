import {
  type CatalogEvent,
  type CatalogView,
  type Channel,
  type EffectivePolicy,
  type Identifier,
  type Item,
  type Listing,
  type Location,
  type PendingPolicy,
  type Policy,
  type PolicyInForce,
  type PolicyScope,
  SETUP_CATEGORIES,
  type Source,
} from '#inventory';
import { categoryOf, type RecordedEvent } from '#event-store';
import { UNIT } from '#kernel';
import type { Fold, ReadModel } from '#read-model';
import { MirroredShelf } from './mirrored-shelf.ts';
import { ItemShelf } from './item-shelf.ts';
import { KeyBook } from './key-book.ts';
import {
  type Offering,
  offersOf,
  type SellingChannel,
  type SellingChannels,
  sellingChannels,
} from './offering.ts';
import { type Policies, PolicyBook } from './policy-book.ts';
import type { ResourceOf, SetupEntry, SetupKind } from './setup-entry.ts';

/** What a set-up event changed, for the rooms whose folds get the same event after this one. */
export type CatalogChange =
  | Changed<'item', Item>
  | Changed<'location', Location>
  | Changed<'source', Source>
  | Changed<'channel', Channel>
  | Changed<'listing', Listing>
  /** What is in force in the scope; the same before and after if the policy waits for its time. */
  | (Omit<Changed<'policy', PolicyInForce>, 'after'> & {
      readonly scope: PolicyScope;
      readonly after?: PolicyInForce;
    });

interface Changed<Kind extends string, Resource> {
  readonly kind: Kind;
  readonly position: number;
  readonly before?: Resource;
  readonly after: Resource;
}

export interface Page {
  /** The id last seen. */
  readonly after?: string;
  readonly limit: number;
}

/**
 * The set-up as of the log position of the picture. Items are read on demand, everything else is in memory.
 * Rows handed out are shared: never change them.
 */
export class CatalogBook implements Fold, CatalogView {
  readonly categories = [...SETUP_CATEGORIES, KEY_CATEGORY];
  readonly keys: KeyBook;
  readonly #items: ItemShelf;
  readonly #locations: MirroredShelf<SetupEntry<Location>>;
  readonly #sources: MirroredShelf<SetupEntry<Source>>;
  readonly #channels: MirroredShelf<SetupEntry<Channel>>;
  readonly #policies: PolicyBook;
  #selling: SellingChannels | undefined;
  #change: CatalogChange | undefined;

  constructor(readModel: ReadModel) {
    this.#items = new ItemShelf(readModel);
    this.#locations = new MirroredShelf(readModel, { name: 'catalog-locations', version: 1 });
    this.#sources = new MirroredShelf(readModel, { name: 'catalog-sources', version: 1 });
    this.#channels = new MirroredShelf(readModel, { name: 'catalog-channels', version: 1 });
    this.#policies = new PolicyBook(readModel);
    this.keys = new KeyBook(readModel);
  }

  item(sku: string): Item | undefined {
    return this.#items.row(sku)?.resource;
  }

  location(id: string): Location | undefined {
    return this.#locations.get(id)?.resource;
  }

  source(id: string): Source | undefined {
    return this.#sources.get(id)?.resource;
  }

  channel(id: string): Channel | undefined {
    return this.#channels.get(id)?.resource;
  }

  /** In a channel that lists all, every item is a listing of one unit by its SKU, unless that name is taken. */
  listing(channel: string, listing: string): Listing | undefined {
    const defined = this.#items.listing(channel, listing)?.resource;
    if (defined !== undefined) return defined;
    if (this.channel(channel)?.lists !== 'all' || this.item(listing) === undefined) return undefined;
    return { channel, listing, sku: listing, unitsPer: UNIT };
  }

  skusOf(identifier: Identifier): readonly string[] {
    return this.#items.skusOf(identifier);
  }

  /** With their webhooks' secrets: what is shown to readers goes through `withoutSecret`. */
  channels(): readonly Channel[] {
    return byId(this.#channels);
  }

  sellingChannel(id: string): SellingChannel | undefined {
    return this.#sellingChannels().byId.get(id);
  }

  /** An item with all its listings, those defined and those of channels that list all, read in one go. */
  offering(sku: string): Offering | undefined {
    const row = this.#items.row(sku);
    return (
      row && {
        item: row.resource,
        offers: offersOf(row, this.#sellingChannels()),
        isHeld: row.kits !== undefined,
      }
    );
  }

  /** Every kit that holds the item, directly or within another kit, in any order. */
  kitsHolding(sku: string): readonly string[] {
    const direct = this.#items.row(sku)?.kits;
    if (direct === undefined) return NONE;
    const kits = new Set(direct);
    for (const kit of kits) for (const outer of this.#items.row(kit)?.kits ?? NONE) kits.add(outer);
    return [...kits];
  }

  policyOf(scope: PolicyScope): PolicyInForce | undefined {
    return this.#policies.policyOf(scope);
  }

  /** The policy that applies to a listing of the item in a channel; without `listing`, to the item there. */
  policyFields(
    channel: string,
    listing: string | undefined,
    item: { readonly sku: string; readonly category?: string },
  ): EffectivePolicy {
    return this.#policies.policyFields(channel, listing, item);
  }

  /** The policies that wait for their time, the next first. */
  pendingPolicies(): readonly PendingPolicy[] {
    return this.#policies.pending();
  }

  /** The policies as they would be if these were put now and had taken effect: for a preview. */
  supposing(policies: readonly Policy[], now: { position: number; recordedAt: number }): Policies {
    return this.#policies.supposing(policies, now);
  }

  /**
   * What was put, with its position. A listing's id is `{channel}:{listing}`; the listings implied by `lists: all` have
   * no entry. A channel comes with its secret: whoever shows it leaves that out.
   */
  entry<Kind extends SetupKind>(kind: Kind, id: string): SetupEntry<ResourceOf[Kind]> | undefined {
    return this.#entry(kind, id) as SetupEntry<ResourceOf[Kind]> | undefined;
  }

  /** Entries by id. Items may be limited to one category; listings are those of `channel`, after the name `after`. */
  entries<Kind extends SetupKind>(
    kind: Kind,
    page: Page & { readonly category?: string; readonly channel?: string },
  ): readonly SetupEntry<ResourceOf[Kind]>[] {
    return this.#entries(kind, page) as readonly SetupEntry<ResourceOf[Kind]>[];
  }

  /** What the set-up event at this position changed; undefined unless it is the newest one. */
  changeAt(position: number): CatalogChange | undefined {
    return this.#change?.position === position ? this.#change : undefined;
  }

  apply(event: RecordedEvent): void {
    const category = categoryOf(event.stream);
    if (CATEGORIES.has(category)) this.#change = this.#define(event as CatalogRecord);
    else if (category === KEY_CATEGORY) this.keys.apply(event);
  }

  #define(event: CatalogRecord): CatalogChange {
    const { position } = event;
    switch (event.type) {
      case 'ItemDefined': {
        const before = this.#items.define(event.data, event, [...this.#sellingChannels().byId.keys()]);
        return { kind: 'item', position, before, after: event.data };
      }
      case 'ListingDefined': {
        const before = this.#items.defineListing(event.data, event);
        return { kind: 'listing', position, before, after: event.data };
      }
      case 'LocationDefined':
        this.#selling = undefined;
        return { kind: 'location', position, ...replace(this.#locations, event.data, event) };
      case 'SourceDefined':
        return { kind: 'source', position, ...replace(this.#sources, event.data, event) };
      case 'ChannelDefined':
        this.#selling = undefined;
        return { kind: 'channel', position, ...replace(this.#channels, event.data, event) };
      case 'PolicyDefined': {
        const change = this.#policies.define(event.data, event);
        return { kind: 'policy', position, scope: event.data.scope, ...change };
      }
      case 'PolicyTookEffect': {
        const change = this.#policies.takeEffect(event.data.scope, event.data.definedAt, event);
        return { kind: 'policy', position, scope: event.data.scope, ...change };
      }
    }
  }

  #entry(kind: SetupKind, id: string): SetupEntry<object> | undefined {
    switch (kind) {
      case 'item':
        return this.#items.row(id);
      case 'location':
        return this.#locations.get(id);
      case 'source':
        return this.#sources.get(id);
      case 'channel':
        return this.#channels.get(id);
      case 'listing':
        return this.#items.listing(id.slice(0, id.indexOf(':')), id.slice(id.indexOf(':') + 1));
      case 'policy':
        return this.#policies.entry(id);
    }
  }

  #entries(
    kind: SetupKind,
    page: Page & { readonly category?: string; readonly channel?: string },
  ): readonly SetupEntry<object>[] {
    switch (kind) {
      case 'item':
        return this.#items.items(page);
      case 'location':
        return this.#locations.page(page);
      case 'source':
        return this.#sources.page(page);
      case 'channel':
        return this.#channels.page(page);
      case 'listing':
        return this.#items.listings(page.channel ?? '', page);
      case 'policy':
        return this.#policies.entries(page);
    }
  }

  #sellingChannels(): SellingChannels {
    this.#selling ??= sellingChannels(this.channels(), (id) => this.location(id)?.active === true);
    return this.#selling;
  }
}

type CatalogRecord = Omit<RecordedEvent, 'type' | 'data'> & CatalogEvent;

const CATEGORIES: ReadonlySet<string> = new Set(SETUP_CATEGORIES);
const KEY_CATEGORY = 'key';
const NONE: readonly string[] = [];

/** Sorted, so that the order does not depend on how they were loaded. */
const byId = <Resource extends { readonly id: string }>(
  rows: MirroredShelf<SetupEntry<Resource>>,
): readonly Resource[] =>
  [...rows.values()].map(({ resource }) => resource).sort((a, b) => (a.id < b.id ? -1 : 1));

function replace<Resource extends { readonly id: string }>(
  rows: MirroredShelf<SetupEntry<Resource>>,
  resource: Resource,
  { position, recordedAt, revision }: CatalogRecord,
): { readonly before?: Resource; readonly after: Resource } {
  const before = rows.get(resource.id)?.resource;
  rows.put(resource.id, { resource, position, recordedAt, revision });
  return { before, after: resource };
}
