import type { Offer } from './offer.ts';

/** With so many offers of one item, searching them one by one would be slow. */
const MANY = 32;

/** An item's offers by channel and listing: the first `count` of its list. */
interface Index {
  readonly byName: Map<string, Map<string, Offer>>;
  count: number;
}

/** Finds one of an item's offers. Nearly every item has only a few; for one that has thousands it keeps an index. */
export class OfferFinder {
  readonly #indexes = new WeakMap<readonly Offer[], Index>();

  find(offers: readonly Offer[], channel: string, listing: string): Offer | undefined {
    if (offers.length >= MANY) return this.#indexed(offers).get(channel)?.get(listing);
    for (const offer of offers) if (offer.channel === channel && offer.listing === listing) return offer;
    return undefined;
  }

  /** To be called after an offer was taken out of the list; new ones at its end are noticed without that. */
  forget(offers: readonly Offer[]): void {
    this.#indexes.delete(offers);
  }

  #indexed(offers: readonly Offer[]): Index['byName'] {
    const index: Index = this.#indexes.get(offers) ?? { byName: new Map(), count: 0 };
    if (index.count === 0) this.#indexes.set(offers, index);
    for (; index.count < offers.length; index.count++) {
      const offer = offers[index.count]!;
      const ofChannel = index.byName.get(offer.channel) ?? new Map<string, Offer>();
      index.byName.set(offer.channel, ofChannel.set(offer.listing, offer));
    }
    return index.byName;
  }
}

/** Tells whether one of these has a channel and a listing; fast even if there are many, and many questions. */
export function namesOf(
  some: readonly Pick<Offer, 'channel' | 'listing'>[],
): (channel: string, listing: string) => boolean {
  if (some.length < MANY) {
    return (channel, listing) => some.some((each) => each.channel === channel && each.listing === listing);
  }
  const byChannel = new Map<string, Set<string>>();
  for (const { channel, listing } of some) {
    byChannel.set(channel, (byChannel.get(channel) ?? new Set<string>()).add(listing));
  }
  return (channel, listing) => byChannel.get(channel)?.has(listing) === true;
}
