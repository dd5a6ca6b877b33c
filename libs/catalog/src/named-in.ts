import { isRejection, parseScope, type Policy } from '#inventory';
import { listingKey, type ResourceOf, type SetupKind } from './setup-entry.ts';

interface Named {
  readonly kind: SetupKind;
  readonly id: string;
}

/** Everything else whose existence, or absence, decides whether a resource is valid. */
export function namedIn<Kind extends SetupKind>(kind: Kind, resource: ResourceOf[Kind]): readonly Named[] {
  return NAMED_IN[kind](resource);
}

const NAMED_IN: { readonly [Kind in SetupKind]: (resource: ResourceOf[Kind]) => readonly Named[] } = {
  item: ({ components }) => components.map(({ sku }) => ({ kind: 'item', id: sku })),
  location: () => [],
  source: ({ id }) => [{ kind: 'channel', id }],
  channel: ({ id, locations }) => [
    { kind: 'source', id },
    ...locations.map((location) => named('location', location)),
  ],
  listing: ({ channel, sku }) => [named('channel', channel), named('item', sku)],
  policy: (policy) => [
    ...namedInScope(policy),
    ...Object.keys(policy.fields.allocations ?? {}).map((channel) => named('channel', channel)),
    ...Object.keys(policy.fields.locationSafetyStock ?? {}).map((location) => named('location', location)),
  ],
};

function namedInScope(policy: Policy): readonly Named[] {
  const scope = parseScope(policy.scope);
  if (isRejection(scope)) return [];
  switch (scope.kind) {
    case 'global':
    case 'category':
      return [];
    case 'channel':
      return [named('channel', scope.channel)];
    case 'item':
      return [named('item', scope.sku)];
    case 'listing': {
      const { channel, listing } = scope;
      return [
        named('channel', channel),
        named('listing', listingKey(channel, listing)),
        named('item', listing),
      ];
    }
  }
}

const named = (kind: SetupKind, id: string): Named => ({ kind, id });
