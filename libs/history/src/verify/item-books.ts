import type { EventStore } from '#event-store';
import {
  incoming,
  inTransit,
  itemStream,
  type ItemState,
  type Place,
  type PlaceStock,
  type RecordedItemEvent,
  stockAsOf,
  sumOfAccounts,
} from '#inventory';
import type { Quantity } from '#kernel';
import { readWhole } from '../read-whole.ts';
import { type CheckResult, Findings } from './check.ts';

/** What must be true of every item's books. */
export class ItemBooks {
  readonly #store: EventStore;
  readonly #accounts = new Findings('accounts sum to 0');
  readonly #holds = new Findings('reserved = open holds');
  readonly #promises = new Findings('committed = open promises');
  readonly #byTime = new Findings('stock = facts by time');

  constructor(store: EventStore) {
    this.#store = store;
  }

  async look(sku: string, state: ItemState): Promise<void> {
    const sum = sumOfAccounts(state);
    this.#accounts.look(sum === 0, () => `${sku}: the accounts sum to ${sum}`);
    for (const place of state.places) this.#lookAtPlace(sku, state, place);
    await this.#lookAtFacts(sku, state);
  }

  results(): CheckResult[] {
    return [this.#accounts, this.#holds, this.#promises, this.#byTime].map((findings) => findings.result());
  }

  #lookAtPlace(sku: string, state: ItemState, { location, reserved, committed }: Place): void {
    const held = sumAt(
      location,
      Object.values(state.holds).flatMap(({ parts }) => parts),
    );
    this.#holds.look(
      held === reserved,
      () => `${sku} at ${location}: ${reserved} reserved, but open holds make ${held}`,
    );
    const promised = sumAt(location, Object.values(state.commitments).flat());
    const isRight = promised === committed;
    this.#promises.look(
      isRight,
      () => `${sku} at ${location}: ${committed} committed, but open promises make ${promised}`,
    );
  }

  /**
   * Compares with the stock computed from the facts in the order in which they happened, by other code than the live
   * fold.
   */
  async #lookAtFacts(sku: string, state: ItemState): Promise<void> {
    const all = (await readWhole(this.#store, itemStream(sku))) as unknown as RecordedItemEvent[];
    const known = all.filter(({ position }) => position <= state.position);
    const byFacts = wordsOf(stockAsOf(known, Number.POSITIVE_INFINITY));
    const live = wordsOf(state.places.map((place) => shownOf(state, place)));
    for (const location of new Set([...live.keys(), ...byFacts.keys()])) {
      const [is, should] = [live.get(location) ?? '', byFacts.get(location) ?? ''];
      this.#byTime.look(is === should, () => `${sku} at ${location}: ${is}, but its facts give ${should}`);
    }
  }
}

const shownOf = (state: ItemState, place: Place): PlaceStock => ({
  location: place.location,
  onHand: Object.fromEntries(place.stock.map(({ disposition, onHand }) => [disposition, onHand])),
  committed: place.committed,
  reserved: place.reserved,
  inTransit: inTransit(state, place),
  incoming: incoming(state, place.location),
});

const wordsOf = (places: readonly PlaceStock[]): ReadonlyMap<string, string> =>
  new Map(places.map((place) => [place.location, inWords(place)]));

/** The same words for the same stock: what is 0 is left out. */
function inWords({ onHand, committed, reserved, inTransit, incoming }: PlaceStock): string {
  const said = Object.entries({ ...onHand, committed, reserved, inTransit, incoming });
  return said
    .filter(([, quantity]) => quantity !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, quantity]) => `${name} ${quantity}`)
    .join(', ');
}

function sumAt(location: string, parts: readonly { location: string; quantity: Quantity }[]): Quantity {
  return parts.filter((part) => part.location === location).reduce((sum, { quantity }) => sum + quantity, 0);
}
