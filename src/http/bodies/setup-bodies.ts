import {
  CHANNEL_KINDS,
  type Channel,
  type Item,
  ITEM_IDENTIFIERS_MAX,
  KIT_COMPONENTS_MAX,
  LOCATION_KINDS,
  type Location,
  type PolicyFields,
  SOURCE_KINDS,
  type Source,
  UNKNOWN_ITEMS,
  type UnknownItems,
} from '#inventory';
import { fields } from '#intake';
import { body } from './body.ts';
import { integer, objects, percentage, quantities, slugs } from './body-fields.ts';

/** The bodies of `PUT`: what is left out has its default. Told quantities and times are as they came. */

const { flag, id, instant, object, oneOf, optional, quantity, sku, text } = fields;

const name = optional(text('A name for people; default: its id.'));

export interface LocationTold {
  readonly name?: string;
  readonly kind: Location['kind'];
  readonly active?: boolean;
}
class LocationBody {}
const locationRules = {
  name,
  kind: oneOf('What kind of place it is.', LOCATION_KINDS),
  active: optional(flag('If false, its stock counts for no channel. Default: true.')),
};
export const LOCATION_BODY = body<LocationTold>(LocationBody, 'A place that holds stock.', locationRules, {
  name: 'Leipzig',
  kind: 'warehouse',
  active: true,
});

export interface SourceTold {
  readonly name?: string;
  readonly kind: Source['kind'];
  readonly unknownItems?: UnknownItems;
}
class SourceBody {}
const sourceRules = {
  name,
  kind: oneOf('What kind of source it is.', SOURCE_KINDS),
  unknownItems: optional(
    oneOf('What happens to a line whose item is unknown; default: create.', UNKNOWN_ITEMS),
  ),
};
export const SOURCE_BODY = body<SourceTold>(
  SourceBody,
  'A warehouse, 3PL, ERP or file that sends messages.',
  sourceRules,
  { name: 'The warehouse system', kind: 'warehouse', unknownItems: 'create' },
);

interface WebhookTold {
  readonly url: string;
  readonly secret?: string;
}
class WebhookBody {}
fields.define<WebhookTold>(WebhookBody, 'Where changes are sent to.', {
  url: text('A public https address.'),
  secret: optional(
    text(
      'The secret that signs the messages: `whsec_` and base64 as in Standard Webhooks, or any text. It is never shown again; leave it out to keep it.',
    ),
  ),
});

export interface ChannelTold {
  readonly name?: string;
  readonly kind: Channel['kind'];
  readonly locations?: readonly string[];
  readonly lists?: Channel['lists'];
  readonly unknownItems?: UnknownItems;
  readonly webhook?: WebhookTold;
}
class ChannelBody {}
const channelRules = {
  name,
  kind: oneOf('What kind of channel it is.', CHANNEL_KINDS),
  locations: optional(slugs('The locations it sells from, in order of priority.')),
  lists: optional(oneOf('`all`: every item is a listing named by its SKU. Default: all.', ['all', 'listed'])),
  unknownItems: optional(
    oneOf('What happens to a line whose item is unknown; default: park.', UNKNOWN_ITEMS),
  ),
  webhook: optional(object(WebhookBody, 'Where it receives changes.')),
};
export const CHANNEL_BODY = body<ChannelTold>(ChannelBody, 'A place where goods are sold.', channelRules, {
  name: 'The web shop',
  kind: 'storefront',
  locations: ['leipzig', 'shop-floor'],
  lists: 'all',
});

class IdentifierBody {}
fields.define<Item['identifiers'][number]>(IdentifierBody, 'An external number of the item.', {
  scheme: id('What kind of number it is: gtin, asin, …'),
  value: id('The number itself, as text.'),
});

class ComponentBody {}
fields.define<Item['components'][number]>(ComponentBody, 'A component of a kit.', {
  sku: sku('The item.'),
  quantity: quantity('positive', 'How much of it one kit contains.'),
});

export interface ItemTold {
  readonly name?: string;
  readonly category?: string;
  readonly decimals?: number;
  readonly unit?: string;
  readonly identifiers?: Item['identifiers'];
  readonly components?: Item['components'];
}
const itemRules = {
  name: optional(text('A name for people; default: its SKU.')),
  category: optional(id('The category, to which policies can apply.')),
  decimals: optional(integer('How many decimals its quantities may have; default: 0, whole units.', 0, 5)),
  unit: optional(text('What it is counted in: piece, kg, …')),
  identifiers: optional(objects(IdentifierBody, 'Its external numbers.', ITEM_IDENTIFIERS_MAX)),
  components: optional(objects(ComponentBody, 'What one unit contains, if it is a kit.', KIT_COMPONENTS_MAX)),
};
class ItemBody {}
export const ITEM_BODY = body<ItemTold>(ItemBody, 'An item that is kept in stock and sold.', itemRules, {
  name: 'Mug, red',
  category: 'mugs',
  identifiers: [{ scheme: 'gtin', value: '04012345678901' }],
});

export interface ListingTold {
  readonly sku: string;
  readonly unitsPer?: number;
}
const listingRules = {
  sku: sku('The item.'),
  unitsPer: optional(
    quantity('positive', 'How many units of the item one unit of the listing contains; default: 1.'),
  ),
};
class ListingBody {}
export const LISTING_BODY = body<ListingTold>(
  ListingBody,
  "A channel's own name for what it sells.",
  listingRules,
  {
    sku: 'MUG-RED',
    unitsPer: 6,
  },
);

export interface PolicyTold {
  readonly safetyStock?: number;
  readonly locationSafetyStock?: PolicyFields['locationSafetyStock'];
  readonly buffer?: number;
  readonly percent?: number;
  readonly cap?: number;
  readonly stopAt?: number;
  readonly allocations?: PolicyFields['allocations'];
  readonly effectiveAt?: string;
}
const anyQuantity = (description: string) => optional(quantity('notNegative', description));
const policyRules = {
  safetyStock: anyQuantity('Kept back once, across all locations.'),
  locationSafetyStock: optional(quantities('Kept back at each of these locations.')),
  buffer: anyQuantity('Kept back before the percentage is taken.'),
  percent: optional(percentage('The percentage of the rest that is offered.')),
  cap: anyQuantity('Never offered more than this.'),
  stopAt: anyQuantity('Nothing is offered when this much or less is left.'),
  allocations: optional(
    quantities('Ring-fenced for each of these channels; only in global, category and item scopes.'),
  ),
  effectiveAt: optional(instant('From when it takes effect; default: immediately.')),
};
class PolicyBody {}
export const POLICY_BODY = body<PolicyTold>(
  PolicyBody,
  'What one scope says about how much may be offered. A field that is left out or null is not set; 0 is set.',
  policyRules,
  { buffer: 2, percent: 80, stopAt: 1 },
);

class PreviewBody {}
export const PREVIEW_BODY = body<PolicyTold & { readonly scope: string }>(
  PreviewBody,
  'A policy to preview, with its scope.',
  { scope: text('global, channel:{c}, category:{x}, item:{sku} or listing:{c}:{listing}.'), ...policyRules },
  { scope: 'channel:web', buffer: 2 },
);

/** Ids in the lines of an import, which has no path to name them. */
class ItemRow {}
export const ITEM_ROW = body<ItemTold & { readonly sku: string }>(
  ItemRow,
  'An item, with its SKU.',
  { sku: sku('Names the item.'), ...itemRules },
  { sku: 'MUG-RED', name: 'Mug, red' },
);
class ListingRow {}
export const LISTING_ROW = body<ListingTold & { readonly channel: string; readonly listing: string }>(
  ListingRow,
  'A listing, with its channel and name.',
  { channel: fields.slug('The channel.'), listing: id("The channel's own name."), ...listingRules },
  { channel: 'web', listing: 'MUG-RED-6', sku: 'MUG-RED', unitsPer: 6 },
);

/** Says which of those with an `id` it is, where its fields do not. */
const resource = (name: string) => optional(oneOf('What the row is, where its fields do not tell.', [name]));
type Row<Told> = Told & { readonly id: string; readonly resource?: string };

class LocationRow {}
export const LOCATION_ROW = body<Row<LocationTold>>(
  LocationRow,
  'A location, with its id.',
  { id: fields.slug('Names the location.'), resource: resource('location'), ...locationRules },
  { id: 'leipzig', resource: 'location', kind: 'warehouse' },
);
class SourceRow {}
export const SOURCE_ROW = body<Row<SourceTold>>(
  SourceRow,
  'A source, with its id.',
  { id: fields.slug('Names the source.'), resource: resource('source'), ...sourceRules },
  { id: 'wms', resource: 'source', kind: 'warehouse' },
);
class ChannelRow {}
export const CHANNEL_ROW = body<Row<ChannelTold>>(
  ChannelRow,
  'A channel, with its id.',
  { id: fields.slug('Names the channel.'), resource: resource('channel'), ...channelRules },
  { id: 'web', resource: 'channel', kind: 'storefront' },
);
