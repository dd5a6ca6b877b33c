import fc from 'fast-check';
import type { Channel, Item, ItemEvent, PolicyFields } from '#inventory';
import { UNIT } from '#kernel';
import {
  committed,
  held,
  holdEnded,
  more,
  received,
  released,
  returned,
  shipped,
  sold,
} from './opened-availability.ts';

const SKUS = ['A', 'B', 'C', 'KIT', 'SET'];
export const CHANNELS = ['web', 'pos', 'amz'];
export const LOCATIONS = ['main', 'shop'];

const sku = fc.constantFrom(...SKUS);
const channelId = fc.constantFrom(...CHANNELS);
const location = fc.constantFrom(...LOCATIONS);
const units = fc.integer({ min: 1, max: 9 });
const quantity = fc.integer({ min: 0, max: 6 }).map((count) => count * UNIT);
const setAside = fc.constantFrom(5 * UNIT, 9 * UNIT);
const sometimes = <Value>(arbitrary: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const item: fc.Arbitrary<Item> = fc
  .record({
    sku,
    name: fc.constant('n'),
    category: sometimes(fc.constantFrom('x', 'y')),
    decimals: fc.constantFrom(0, 0, 1),
    identifiers: fc.constant([]),
    components: fc.uniqueArray(
      fc.record({ sku, quantity: fc.integer({ min: 1, max: 3 }).map((count) => count * UNIT) }),
      {
        maxLength: 2,
        selector: (component) => component.sku,
      },
    ),
  })
  .map((told) => (told.sku.length > 1 ? told : { ...told, components: [] }))
  .map((told) => JSON.parse(JSON.stringify(told)) as Item);

const channel: fc.Arbitrary<Channel> = fc.record({
  id: channelId,
  name: fc.constant('n'),
  kind: fc.constant('pos' as const),
  locations: fc.shuffledSubarray(LOCATIONS),
  lists: fc.constantFrom('all', 'listed'),
  unknownItems: fc.constant('park' as const),
});

const fields: fc.Arbitrary<PolicyFields> = fc.record({
  safetyStock: sometimes(quantity),
  locationSafetyStock: sometimes(fc.dictionary(location, quantity)),
  buffer: sometimes(quantity),
  percent: sometimes(fc.constantFrom(0, 33 * UNIT, 50 * UNIT, 100 * UNIT)),
  cap: sometimes(setAside),
  stopAt: sometimes(quantity),
});
const allocations = fc.oneof(fc.constant(undefined), fc.dictionary(channelId, setAside, { minKeys: 1 }));

const policy = fc
  .oneof(
    fc.record({
      scope: fc.oneof(
        channelId.map((id) => `channel:${id}`),
        fc.tuple(channelId, fc.constantFrom(...SKUS, 'L1')).map(([id, named]) => `listing:${id}:${named}`),
      ),
      fields,
    }),
    fc.record({
      scope: fc.constantFrom('global', 'category:x', 'category:y', 'item:A', 'item:B', 'item:KIT'),
      fields: fc.tuple(fields, allocations).map(([others, set]) => ({ ...others, allocations: set })),
    }),
  )
  .chain((told) =>
    sometimes(fc.integer({ min: -20, max: 20 })).map((effectiveIn) => ({ ...told, effectiveIn })),
  )
  .map((told) => JSON.parse(JSON.stringify(told)) as PolicyTold);

const itemEvents: fc.Arbitrary<(now: number) => ItemEvent[]> = fc
  .record({
    channel: channelId,
    location,
    units,
    ago: fc.constantFrom(-5, 0, 0, 1, 10),
    hold: fc.constantFrom('r1', 'r2'),
  })
  .chain(({ channel: id, location: at, units: count, ago, hold }) => {
    const then = (now: number): number => now - ago * 1_000;
    return fc.constantFrom<(now: number) => ItemEvent[]>(
      (now) => [received(at, 6 * count, then(now))],
      (now) => [sold(id, at, count, then(now))],
      (now) => [more(shipped(id, at, count, then(now))), released(id, at, count)],
      (now) => [more(received(at, count, then(now))), more(sold(id, at, 1, then(now))), committed(id, at, 1)],
      (now) => [returned(id, at, count, then(now))],
      () => [committed(id, at, count)],
      () => [released(id, at, count)],
      () => [held(id, at, count, `${id}-${at}-${hold}`)],
      () => [holdEnded(`${id}-${at}-${hold}`)],
    );
  });

/** Puts a policy that takes effect `effectiveIn` seconds from now; without that, at once. */
export interface PolicyTold {
  readonly scope: string;
  readonly fields: PolicyFields;
  readonly effectiveIn?: number;
}

export interface ListingTold {
  readonly channel: string;
  readonly listing: string;
  readonly sku: string;
  readonly unitsPer: number;
}

/** What steps are done to. */
export interface World {
  tell(sku: string, events: (now: number) => ItemEvent[]): Promise<void>;
  putItem(told: Item): Promise<void>;
  putChannel(told: Channel): Promise<void>;
  putLocation(id: string, active: boolean): Promise<void>;
  putListing(told: ListingTold): Promise<void>;
  putPolicy(told: PolicyTold): Promise<void>;
  wait(seconds: number): Promise<void>;
}

type Step = (world: World) => Promise<void>;

/** Any set-up, any event, any passing of time. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(sku, itemEvents).map(
      ([of, events]): Step =>
        (world) =>
          world.tell(of, events),
    ),
  },
  {
    weight: 3,
    arbitrary: policy.map(
      (told): Step =>
        (world) =>
          world.putPolicy(told),
    ),
  },
  {
    weight: 2,
    arbitrary: item.map(
      (told): Step =>
        (world) =>
          world.putItem(told),
    ),
  },
  {
    weight: 1,
    arbitrary: channel.map(
      (told): Step =>
        (world) =>
          world.putChannel(told),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(location, fc.boolean()).map(
      ([id, active]): Step =>
        (world) =>
          world.putLocation(id, active),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({
        channel: channelId,
        listing: fc.constantFrom('L1', 'L2', 'A', 'KIT'),
        sku,
        unitsPer: fc.constantFrom(UNIT, 3 * UNIT),
      })
      .map(
        (told): Step =>
          (world) =>
            world.putListing(told),
      ),
  },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 15 }).map(
      (seconds): Step =>
        (world) =>
          world.wait(seconds),
    ),
  },
);
