import fc from 'fast-check';
import { type Quantity, UNIT } from '#kernel';
import { type EffectivePolicy, effectivePolicy } from '../catalog/policy.ts';
import type { PolicyFields } from '../catalog/catalog-types.ts';
import { CUSTOMER, SUPPLIER } from '../entry.ts';
import type { MovementPosted } from '../item/item-event.ts';
import { emptyItem, type ItemState, type Place } from '../item/item-state.ts';
import {
  availableKits,
  availableOf,
  availableToSell,
  type KitInput,
  type ListingInput,
  reservableOf,
} from './available.ts';
import { ALL_OF_IT, kitsIn, perListing, publishedOf, TOLD_UNITS_MAX } from './published.ts';
import { leftOf, ringFencedFrom, soldIn } from './ring-fence.ts';
import { componentTerms, kitTerms, policyTerms, recompute, termsOf } from './terms.ts';

const policyOf = (fields: PolicyFields): EffectivePolicy =>
  effectivePolicy([{ scope: 'global', fields, position: 3, since: {}, sameSince: {} }]);

const place = (location: string, sellable: number, committed = 0, reserved = 0): Place => ({
  location,
  stock: [
    { disposition: 'damaged', onHand: 7 * UNIT },
    { disposition: 'sellable', onHand: Math.round(sellable * UNIT) },
  ],
  committed: committed * UNIT,
  reserved: reserved * UNIT,
  inTransit: 5 * UNIT,
});

const stateOf = (...places: Place[]): ItemState => ({ ...emptyItem(), places });

function listingOf(units: number, fields: PolicyFields = {}, more: Partial<ListingInput> = {}): ListingInput {
  const state = stateOf(place('main', units));
  return {
    state,
    active: new Set(['main']),
    policy: policyOf(fields),
    ringFenced: 0,
    decimals: 0,
    unitsPer: UNIT,
    ...more,
  };
}

describe('what a channel may sell', () => {
  it('is what its active locations have, less what is promised and held there', () => {
    const state = stateOf(place('main', 10, 2, 1), place('shop', 4, 1, 0), place('closed', 100));
    const input = listingOf(0, {}, { state, active: new Set(['shop', 'main']) });
    expect(availableOf(input)).toBe(10 * UNIT);
  });

  it('is nothing of an item that nothing has happened to', () => {
    expect(availableOf(listingOf(0, {}, { state: undefined }))).toBe(0);
  });

  it('is reduced by what a location is below 0', () => {
    const state = stateOf(place('main', 10), place('shop', -4));
    expect(availableOf(listingOf(0, {}, { state, active: new Set(['main', 'shop']) }))).toBe(6 * UNIT);
  });

  it.each<[string, number, PolicyFields, number]>([
    ['less the safety stock, once', 10, { safetyStock: 3 * UNIT }, 7],
    [
      'less the safety stock of its locations',
      10,
      { locationSafetyStock: { main: 2 * UNIT, elsewhere: 5 * UNIT } },
      8,
    ],
    ['less the buffer', 10, { buffer: 4 * UNIT }, 6],
    ['never below 0', 3, { buffer: 4 * UNIT }, 0],
    ['a percentage of what the buffer leaves, rounded down', 10, { buffer: UNIT, percent: 50 * UNIT }, 4],
    ['nothing of 90 % of one', 1, { percent: 90 * UNIT }, 0],
    ['nothing at 0 %', 10, { percent: 0 }, 0],
    ['at most the cap', 10, { cap: 6 * UNIT }, 6],
    ['a cap in whole units too', 10, { cap: 2.7 * UNIT }, 2],
    ['nothing if the ATS is at stopAt', 5, { stopAt: 5 * UNIT }, 0],
    ['all of it just above stopAt', 6, { stopAt: 5 * UNIT }, 6],
    [
      'the ATS and not what the buffer leaves is held against stopAt',
      6,
      { stopAt: 5 * UNIT, buffer: 4 * UNIT },
      2,
    ],
    ['nothing of nothing if stopAt is 0', 0, { stopAt: 0, cap: 5 * UNIT }, 0],
  ])('is %s', (_, units, fields, expected) => {
    expect(availableOf(listingOf(units, fields))).toBe(expected * UNIT);
  });

  it('has the item’s decimals', () => {
    expect(availableOf(listingOf(10.005, { percent: 33 * UNIT }, { decimals: 2 }))).toBe(330_000);
  });

  it('is counted in whole listings, if a listing is not one unit', () => {
    expect(availableOf(listingOf(13, {}, { unitsPer: 6 * UNIT }))).toBe(2 * UNIT);
    expect(availableOf(listingOf(1.25, {}, { unitsPer: 0.5 * UNIT, decimals: 2 }))).toBe(2 * UNIT);
    expect(availableOf(listingOf(1.25, {}, { decimals: 2 }))).toBe(1.25 * UNIT);
  });

  it('may be reserved down to the buffer, whatever percent, cap and stopAt say', () => {
    const fields = { buffer: 2 * UNIT, percent: 10 * UNIT, cap: UNIT, stopAt: 9 * UNIT, safetyStock: UNIT };
    expect(reservableOf(listingOf(10, fields, { ringFenced: 3 * UNIT }))).toBe(4 * UNIT);
    expect(reservableOf(listingOf(10))).toBe(10 * UNIT);
  });
});

describe('a ring-fence', () => {
  const fence = { channel: 'web', quantity: 10, since: 0, committed: 2, reserved: 1, sold: 3 };

  it('is what its channel has not used up of it', () => {
    expect(leftOf(fence)).toBe(4);
    expect(leftOf({ ...fence, sold: 30 })).toBe(0);
  });

  it('binds all channels but its own', () => {
    const fences = [fence, { ...fence, channel: 'pos', sold: 0 }];
    expect(ringFencedFrom('web', fences)).toBe(7);
    expect(ringFencedFrom('pos', fences)).toBe(4);
    expect(ringFencedFrom('shop', fences)).toBe(11);
  });

  it('is used up by sales and shipments, not filled by returns', () => {
    const movement = (more: Partial<MovementPosted>): MovementPosted => ({
      key: { at: 0, source: 'web', id: '1', document: '1' },
      from: 'main/sellable',
      to: CUSTOMER,
      quantity: UNIT,
      cause: 'sale',
      ...more,
    });
    expect(soldIn(movement({}))).toBe(UNIT);
    expect(soldIn(movement({ cause: 'shipment' }))).toBe(UNIT);
    expect(soldIn(movement({ cause: 'return' }))).toBe(0);
    expect(soldIn(movement({ cause: 'return', from: CUSTOMER, to: 'main/sellable' }))).toBe(0);
    expect(soldIn(movement({ cause: 'receipt', from: SUPPLIER, to: 'main/sellable' }))).toBe(0);
  });
});

describe('a kit', () => {
  const part = (sku: string, units: number, required: number, fields: PolicyFields = {}) => ({
    sku,
    required: required * UNIT,
    input: listingOf(units, fields),
  });
  const kitOf = (components: KitInput['components'], fields: PolicyFields = {}): KitInput => ({
    components,
    inner: [],
    policy: policyOf(fields),
    decimals: 0,
    unitsPer: UNIT,
  });

  it('is available as often as the scarcest component allows', () => {
    expect(availableKits(kitOf([part('MUG', 7, 2), part('LID', 2, 1)]))).toBe(2 * UNIT);
    expect(availableKits(kitOf([part('MUG', 7, 2), part('LID', -2, 1)]))).toBe(0);
  });

  it('sells only what the channel may sell of each component', () => {
    expect(availableKits(kitOf([part('MUG', 9, 2, { buffer: 2 * UNIT })]))).toBe(3 * UNIT);
  });

  it('has its own stopAt and cap, and no other rule', () => {
    expect(availableKits(kitOf([part('MUG', 9, 1)], { cap: 4 * UNIT, buffer: 8 * UNIT, percent: 0 }))).toBe(
      4 * UNIT,
    );
    expect(availableKits(kitOf([part('MUG', 9, 1)], { stopAt: 9 * UNIT }))).toBe(0);
  });

  it('can be listed by the dozen', () => {
    expect(availableKits({ ...kitOf([part('MUG', 30, 1)]), unitsPer: 12 * UNIT })).toBe(2 * UNIT);
  });

  it('is explained by its components', () => {
    const kit = kitOf([part('MUG', 7, 2, { cap: 5 * UNIT }), part('LID', 9, 1)], { stopAt: UNIT });
    const components = componentTerms(kit);
    expect(components.map(({ sku, required, available }) => ({ sku, required, available }))).toEqual([
      { sku: 'MUG', required: 2 * UNIT, available: 5 * UNIT },
      { sku: 'LID', required: UNIT, available: 9 * UNIT },
    ]);
    expect(kitTerms(kit)).toEqual([
      { name: 'stopAt', value: UNIT },
      { name: 'decimals', value: 0 },
      { name: 'unitsPer', value: UNIT },
    ]);
    expect(components.map(({ terms }) => recompute(terms))).toEqual(
      components.map(({ available }) => available),
    );
    expect(recompute(kitTerms(kit), components)).toBe(availableKits(kit));
  });
});

it('terms name the locations, the policies and what was made of them', () => {
  const input = listingOf(10, { buffer: UNIT, cap: 4 * UNIT, locationSafetyStock: { main: 2 * UNIT } });
  expect(termsOf(input)).toEqual([
    { name: 'sellable', value: 10 * UNIT, location: 'main' },
    { name: 'committed', value: 0, location: 'main' },
    { name: 'reserved', value: 0, location: 'main' },
    { name: 'locationSafetyStock', value: 2 * UNIT, location: 'main' },
    { name: 'safetyStock', value: 0 },
    { name: 'ringFenced', value: 0 },
    { name: 'buffer', value: UNIT },
    { name: 'percent', value: ALL_OF_IT },
    { name: 'cap', value: 4 * UNIT },
    { name: 'decimals', value: 0 },
    { name: 'unitsPer', value: UNIT },
  ]);
  expect(policyTerms(input.policy)).toEqual([
    { scope: 'global', field: 'locationSafetyStock', value: { main: 2 * UNIT }, position: 3 },
    { scope: 'global', field: 'buffer', value: UNIT, position: 3 },
    { scope: 'global', field: 'cap', value: 4 * UNIT, position: 3 },
  ]);
});

it('every field of a policy that is set is named with it', () => {
  const fields: Required<PolicyFields> = {
    safetyStock: 1,
    locationSafetyStock: { main: 2 },
    allocations: { web: 3 },
    buffer: 4,
    percent: 5,
    cap: 6,
    stopAt: 7,
  };
  const told = policyTerms(policyOf(fields)).map(({ field, value }) => [field, value]);
  expect(Object.fromEntries(told)).toEqual(fields);
});

describe('for any stock and any policy', () => {
  const MOST = 1_000_000_000 * UNIT;
  const quantity = fc.oneof(fc.integer({ min: 0, max: 20 * UNIT }), fc.integer({ min: 0, max: MOST }));
  const optional = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined });
  const locations = ['main', 'shop', 'depot'] as const;
  const fields: fc.Arbitrary<PolicyFields> = fc
    .record({
      safetyStock: optional(quantity),
      locationSafetyStock: optional(fc.dictionary(fc.constantFrom(...locations), quantity, { maxKeys: 3 })),
      buffer: optional(quantity),
      percent: optional(fc.integer({ min: 0, max: ALL_OF_IT })),
      cap: optional(quantity),
      stopAt: optional(quantity),
    })
    .map((told) => JSON.parse(JSON.stringify(told)) as PolicyFields);
  const places = fc.uniqueArray(
    fc.record({
      location: fc.constantFrom(...locations),
      stock: fc
        .record({
          disposition: fc.constant('sellable' as const),
          onHand: fc.integer({ min: -MOST, max: MOST }),
        })
        .map((stock) => [stock]),
      committed: quantity,
      reserved: quantity,
      inTransit: quantity,
    }),
    { selector: ({ location }) => location },
  );
  const listing: fc.Arbitrary<ListingInput> = fc.record({
    state: optional(places.map((all) => stateOf(...all))),
    active: fc.subarray([...locations]).map((active) => new Set<string>(active)),
    policy: fields.map(policyOf),
    ringFenced: quantity,
    decimals: fc.integer({ min: 0, max: 5 }),
    unitsPer: fc.oneof(fc.constant(UNIT), fc.integer({ min: 1, max: 20 * UNIT })),
  });

  /** The contract's formula in integers of any size, written independently. */
  function oracle(ats: Quantity, { policy, decimals, unitsPer }: ListingInput): Quantity {
    if (policy.stopAt !== undefined && ats <= policy.stopAt.value) return 0;
    const part =
      BigInt(policy.percent?.value ?? ALL_OF_IT) * (BigInt(ats) - BigInt(policy.buffer?.value ?? 0));
    const whole = BigInt(ALL_OF_IT);
    const cap = policy.cap === undefined ? undefined : BigInt(policy.cap.value) * whole;
    const exact = cap !== undefined && cap < part ? cap : part;
    if (exact <= 0n) return 0;
    const step = 10n ** BigInt(5 - decimals);
    const published = (exact / (whole * step)) * step;
    if (unitsPer === UNIT) return Number(published);
    return Math.min(Number(published / BigInt(unitsPer)), TOLD_UNITS_MAX) * UNIT;
  }

  it('the number is that of the formula, is never negative, and has the item’s decimals', () => {
    fc.assert(
      fc.property(listing, (input) => {
        const available = availableOf(input);
        expect(available).toBe(oracle(availableToSell(input), input));
        expect(Object.is(available, -0)).toBe(false);
        expect(available).toBeGreaterThanOrEqual(0);
        if (input.unitsPer === UNIT) expect(available % 10 ** (5 - input.decimals)).toBe(0);
        else expect(available % UNIT).toBe(0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is a safe number however small a listing is', () => {
    expect(perListing(29_265_028_052_003, 1)).toBe(TOLD_UNITS_MAX * UNIT);
    expect(Number.isSafeInteger(perListing(29_265_028_052_003, 3))).toBe(true);
    expect(kitsIn([{ available: 29_265_028_052_003, required: 1 }])).toBe(TOLD_UNITS_MAX * UNIT);
  });

  it('its terms give exactly the number', () => {
    fc.assert(
      fc.property(listing, (input) => {
        expect(recompute(termsOf(input))).toBe(availableOf(input));
      }),
      { numRuns: 1_000 },
    );
  });

  it('more stock never means a smaller number, more set aside never a greater one', () => {
    fc.assert(
      fc.property(listing, quantity, (input, more) => {
        const before = availableOf(input);
        const { policy } = input;
        expect(availableOf({ ...input, ringFenced: input.ringFenced + more })).toBeLessThanOrEqual(before);
        const safetyStock = { value: (policy.safetyStock?.value ?? 0) + more, scope: 'global', position: 3 };
        expect(availableOf({ ...input, policy: { ...policy, safetyStock } })).toBeLessThanOrEqual(before);
        const fuller = (input.state?.places ?? []).map((of) => ({
          ...of,
          stock: of.stock.map((stock) => ({ ...stock, onHand: stock.onHand + more })),
        }));
        expect(availableOf({ ...input, state: stateOf(...fuller) })).toBeGreaterThanOrEqual(before);
      }),
      { numRuns: 1_000 },
    );
  });

  it('percentages are exact even if the product is beyond 2^53', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: MOST }),
        fc.integer({ min: 0, max: ALL_OF_IT }),
        (ats, percent) => {
          const published = publishedOf(ats, { buffer: 0, percent, decimals: 5 });
          expect(BigInt(published)).toBe((BigInt(ats) * BigInt(percent)) / BigInt(ALL_OF_IT));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
