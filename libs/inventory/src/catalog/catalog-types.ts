import type { Instant, Quantity } from '#kernel';
import type { Identifier } from '../message.ts';

/** Set-up: what a merchant tells OnHand about itself. Every PUT is an event with the whole new resource. */

export interface Item {
  readonly sku: string;
  readonly name: string;
  readonly category?: string;
  /** How many decimals its quantities may have, 0 to 5: 0 is whole units. */
  readonly decimals: number;
  readonly unit?: string;
  readonly identifiers: readonly Identifier[];
  /** For a kit, what one of it holds. Empty for an ordinary item. */
  readonly components: readonly { readonly sku: string; readonly quantity: Quantity }[];
}

export interface Location {
  readonly id: string;
  readonly name: string;
  readonly kind: (typeof LOCATION_KINDS)[number];
  /** An inactive location's stock counts for no channel. */
  readonly active: boolean;
}
export const LOCATION_KINDS = ['warehouse', 'store', '3pl', 'platform'] as const;

/** A warehouse, 3PL, ERP or file that tells facts. */
export interface Source {
  readonly id: string;
  readonly name: string;
  readonly kind: (typeof SOURCE_KINDS)[number];
  readonly unknownItems: UnknownItems;
}
export const SOURCE_KINDS = ['warehouse', '3pl', 'erp', 'file'] as const;

/** Where goods are sold; it tells facts too, under its own id. */
export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly kind: (typeof CHANNEL_KINDS)[number];
  /** By priority. */
  readonly locations: readonly string[];
  /** `all`: every item is a listing named by its SKU. */
  readonly lists: 'all' | 'listed';
  readonly unknownItems: UnknownItems;
  readonly webhook?: { readonly url: string; readonly secret: string };
}
export const CHANNEL_KINDS = ['storefront', 'marketplace', 'pos', 'social'] as const;

/** What happens to a line whose item is not in the catalog. */
export type UnknownItems = (typeof UNKNOWN_ITEMS)[number];
export const UNKNOWN_ITEMS = ['create', 'park'] as const;

export interface Listing {
  readonly channel: string;
  /** The channel's own name for what it sells. */
  readonly listing: string;
  readonly sku: string;
  /** How many units of the item one of the listing takes: the number told is divided by it, rounded down. */
  readonly unitsPer: Quantity;
}

/** `global`, `channel:{c}`, `category:{x}`, `item:{sku}`, `listing:{c}:{listing}`. */
export type PolicyScope = string;

/** An absent field is not set; 0 is a value. */
export interface PolicyFields {
  /** Withheld once, over all locations. */
  readonly safetyStock?: Quantity;
  readonly locationSafetyStock?: Readonly<Record<string, Quantity>>;
  readonly buffer?: Quantity;
  /** 0 to 100 in hundred-thousandths, like a quantity: 12.5 % is 1,250,000. */
  readonly percent?: Quantity;
  readonly cap?: Quantity;
  readonly stopAt?: Quantity;
  /** Ring-fenced by channel; in `global`, `category` and `item` scopes only. */
  readonly allocations?: Readonly<Record<string, Quantity>>;
}

/** One scope's policy, as it was put. */
export interface Policy {
  readonly scope: PolicyScope;
  readonly fields: PolicyFields;
  /** As told; absent if it takes effect at once. */
  readonly effectiveAt?: Instant;
}

/** Set-up events, one for each PUT that changes something; for their streams see `setupStream`. */
export type CatalogEvent =
  | { readonly type: 'ItemDefined'; readonly data: Item }
  | { readonly type: 'LocationDefined'; readonly data: Location }
  | { readonly type: 'SourceDefined'; readonly data: Source }
  | { readonly type: 'ChannelDefined'; readonly data: Channel }
  | { readonly type: 'ListingDefined'; readonly data: Listing }
  | { readonly type: 'PolicyDefined'; readonly data: Policy }
  /** The `effectiveAt` of the scope's pending policy has come. */
  | {
      readonly type: 'PolicyTookEffect';
      /** `definedAt`: position of the PolicyDefined whose time has come. */
      readonly data: { readonly scope: PolicyScope; readonly definedAt: number };
    };

/** The events of keys, stored in `key-{id}`. A key's secret is told once and never stored. */
export type KeyEvent =
  | { readonly type: 'KeyCreated'; readonly data: KeyCreated }
  | { readonly type: 'KeyRevoked'; readonly data: { readonly id: string } };

export interface KeyCreated {
  readonly id: string;
  /** Whose it is: one channel's, one source's, or a role's. */
  readonly kind: 'channel' | 'source' | 'analyst' | 'admin';
  /** The channel or source. */
  readonly name?: string;
  /** SHA-256 of the secret part, in hex. */
  readonly secretSha256: string;
}

/** Streams: `catalog-item:{sku}`, `catalog-listing:{channel}:{listing}`, `location-{id}`, `source-{id}`, … */
export const setupStream = {
  item: (sku: string): string => `catalog-item:${sku}`,
  listing: (channel: string, listing: string): string => `catalog-listing:${channel}:${listing}`,
  location: (id: string): string => `location-${id}`,
  source: (id: string): string => `source-${id}`,
  channel: (id: string): string => `channel-${id}`,
  policy: (scope: PolicyScope): string => `policy-${scope}`,
  key: (id: string): string => `key-${id}`,
} as const;

/** Categories of the streams above that make up the set-up; keys (`key`) are not part of it. */
export const SETUP_CATEGORIES = ['catalog', 'location', 'source', 'channel', 'policy'] as const;

/** What the rooms need to know of the set-up, as of one position; pure rules take it as a parameter. */
export interface CatalogView {
  item(sku: string): Item | undefined;
  location(id: string): Location | undefined;
  source(id: string): Source | undefined;
  channel(id: string): Channel | undefined;
  listing(channel: string, listing: string): Listing | undefined;
  /** SKUs that carry this identifier; more than one is ambiguous. */
  skusOf(identifier: Identifier): readonly string[];
}

/** The most of each that one resource may have. */
export const ITEM_IDENTIFIERS_MAX = 100;
export const KIT_COMPONENTS_MAX = 100;
export const CHANNEL_LOCATIONS_MAX = 1_000;
/** Entries of `allocations`, and of `locationSafetyStock`. */
export const POLICY_ENTRIES_MAX = 1_000;
