import type { ListingNumber } from '#availability';
import type { Change, Changes, EvidencedExplanation } from '#history';
import {
  incoming,
  inTransit,
  type Item,
  type ItemState,
  type Place,
  type PlaceStock,
  type PolicyTerm,
  type TimelineRow,
  totalsOf,
} from '#inventory';
import type { ItemNow } from '../../application/items.ts';
import { SHOW } from './setup-wire.ts';
import { time, units, unitsMap } from './scalars.ts';

/** An item with its stock: the same row in every read. */
export function shownItem(now: ItemNow): object {
  const { item, state, numbers } = now;
  return {
    ...named(item),
    position: newestIn(now),
    totals: unitsMap(state === undefined ? NOTHING : { ...totalsOf(state) }),
    locations: state === undefined ? [] : byLocation(state.places).map((place) => shownPlace(state, place)),
    availability: numbers.map(shownNumber),
  };
}

/** A number changes also by what is no event of the item itself: a policy, a component of its kit. */
function newestIn({ state, numbers, definedAt }: ItemNow): number {
  return numbers.reduce(
    (newest, { version }) => Math.max(newest, version),
    Math.max(state?.position ?? 0, definedAt),
  );
}

/** As it was at a moment: what channels were told then is asked listing by listing. */
export function shownItemAt(
  item: Item,
  at: { position: number; places: readonly PlaceStock[] } | undefined,
): object {
  const places = at?.places ?? [];
  const sum = (amount: (place: PlaceStock) => number): number =>
    units(places.reduce((total, place) => total + amount(place), 0));
  return {
    ...named(item),
    position: at?.position ?? 0,
    totals: {
      onHand: sum(({ onHand }) => Object.values(onHand).reduce((total, quantity) => total + quantity, 0)),
      sellable: sum(({ onHand }) => onHand.sellable ?? 0),
      committed: sum(({ committed }) => committed),
      reserved: sum(({ reserved }) => reserved),
      inTransit: sum((place) => place.inTransit),
      incoming: sum((place) => place.incoming),
    },
    locations: byLocation(places).map(({ location, onHand, ...amounts }) => ({
      location,
      onHand: unitsMap(onHand as Record<string, number>),
      ...unitsMap(amounts),
    })),
  };
}

/** Whatever was told first: now and then are the same row. */
const byLocation = <Row extends { readonly location: string }>(places: readonly Row[]): readonly Row[] =>
  places.toSorted((a, b) => (a.location < b.location ? -1 : 1));

const NOTHING = { onHand: 0, sellable: 0, committed: 0, reserved: 0, inTransit: 0, incoming: 0 };

const named = (item: Item): object => SHOW.item(item);

const shownPlace = (state: ItemState, place: Place): object => ({
  location: place.location,
  onHand: unitsMap(Object.fromEntries(place.stock.map(({ disposition, onHand }) => [disposition, onHand]))),
  committed: units(place.committed),
  reserved: units(place.reserved),
  inTransit: units(inTransit(state, place)),
  incoming: units(incoming(state, place.location)),
});

const shownNumber = ({ channel, listing, available, version }: ListingNumber): object => ({
  channel,
  listing,
  available: units(available),
  version,
});

export const shownTimelineRow = ({
  quantity,
  balance,
  occurredAt,
  recordedAt,
  journal: _,
  ...row
}: TimelineRow): object => ({
  ...row,
  quantity: units(quantity),
  balance: units(balance),
  occurredAt: time(occurredAt),
  recordedAt: time(recordedAt),
});

export const shownExplanation = ({
  available,
  terms,
  policies,
  components,
  ...told
}: EvidencedExplanation): object => ({
  ...told,
  available: units(available),
  terms: terms.map(shownTerm),
  policies: policies.map(shownPolicy),
  ...(components && {
    components: components.map(({ sku, required, available: each, terms: its }) => ({
      sku,
      required: units(required),
      available: units(each),
      terms: its.map(shownTerm),
    })),
  }),
});

/** Terms that count something else than goods. */
const PLAIN_TERMS: readonly string[] = ['decimals'];

function shownTerm({ value, ...term }: EvidencedExplanation['terms'][number]): object {
  return { ...term, value: PLAIN_TERMS.includes(term.name) || value === null ? value : units(value) };
}

function shownPolicy({ value, ...policy }: PolicyTerm): object {
  return { ...policy, value: typeof value === 'number' ? units(value) : unitsMap(value) };
}

export const shownChanges = ({ from, to, changes }: Changes): object => ({
  from: { at: time(from.at), available: units(from.available) },
  to: { at: time(to.at), available: units(to.available) },
  changes: changes.map(shownChange),
});

const shownChange = ({ cause, delta, events }: Change): object => ({ cause, delta: units(delta), events });
