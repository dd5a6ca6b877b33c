import { namesOf, OfferFinder } from './offer-finder.ts';
import type { Offer } from './offer.ts';

/** Offers of two channels that count how often one of them is looked at. */
function countedOffers(count: number): { offers: Offer[]; looks: () => number } {
  let looks = 0;
  const offers = Array.from({ length: count }, (_, index): Offer => {
    const rest = { available: 0, version: 1, recordedAt: 0, reason: 'sale' } as const;
    const offer = { ...rest, channel: index % 2 === 0 ? 'web' : 'amz', listing: '' };
    return Object.defineProperty(offer, 'listing', { get: () => (looks++, `L${index}`) });
  });
  return { offers, looks: () => looks };
}

describe.each([3, 31, 32, 1_000])('%d offers of an item', (count) => {
  it('are found by channel and listing, even if some come and go', () => {
    const { offers } = countedOffers(count);
    const finder = new OfferFinder();
    const findAll = (): (Offer | undefined)[] =>
      offers.map(({ channel, listing }) => finder.find(offers, channel, listing));
    expect(findAll()).toEqual(offers);
    expect(finder.find(offers, 'amz', 'L0')).toBeUndefined();
    offers.push({ ...offers[0]!, listing: 'NEW' });
    expect(findAll()).toEqual(offers);
    const [gone] = offers.splice(1, 1);
    finder.forget(offers);
    expect(findAll()).toEqual(offers);
    expect(finder.find(offers, gone!.channel, gone!.listing)).toBeUndefined();
  });

  it('are known by their names', () => {
    const { offers } = countedOffers(count);
    const has = namesOf(offers);
    expect(offers.every(({ channel, listing }) => has(channel, listing))).toBe(true);
    expect([has('amz', 'L0'), has('web', 'L1'), has('pos', 'L0')]).toEqual([false, false, false]);
  });
});

it('finds each of a thousand offers without searching all of them', () => {
  const { offers, looks } = countedOffers(1_000);
  const finder = new OfferFinder();
  const has = namesOf(offers);
  for (const index of offers.keys()) {
    finder.find(offers, index % 2 === 0 ? 'web' : 'amz', `L${index}`);
    has('web', `L${index}`);
  }
  expect(looks()).toBeLessThanOrEqual(2 * offers.length);
});
