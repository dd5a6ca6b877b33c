import fc from 'fast-check';
import { UNIT } from '#kernel';
import { keyAt, open } from '../../testing/entries.ts';
import { ask, stocked } from '../../testing/mugs.ts';
import type { Entry } from '../entry.ts';
import type { ItemCommand } from './item-command.ts';
import { claimsOf, placeOf } from './item-readers.ts';
import type { ItemState } from './item-state.ts';

const CHANNELS = ['web', 'app'];
const PLACES = ['main', 'shop'];

/** One thing that happens, some time after the one before it; deadlines are so much later again. */
interface Step {
  readonly later: number;
  readonly does: { readonly asked: ItemCommand } | { readonly told: Entry };
}

const channel = fc.constantFrom(...CHANNELS);
const place = fc.constantFrom(...PLACES);
const anywhere = fc.option(place, { nil: undefined });
const hold = fc.constantFrom('r-1', 'r-2', 'r-3');
const order = fc.constantFrom('1', '2');
const deadline = fc.integer({ min: 1, max: 40 });
const units = fc.integer({ min: 1, max: 4 }).map((many) => many * UNIT);
const upTo = (most: number): fc.Arbitrary<number> => fc.nat(most).map((many) => many * UNIT);

const asked: fc.Arbitrary<ItemCommand> = fc.oneof(
  fc.record({
    ...{ type: fc.constant('reserve' as const), reservationId: hold, request: fc.constant(0), channel },
    wanted: fc.array(fc.record({ quantity: units, location: anywhere }), { minLength: 1, maxLength: 2 }),
    ...{ partial: fc.boolean(), expiresAt: deadline, step: fc.constant(UNIT) },
  }),
  fc.record({ type: fc.constant('trim-hold' as const), reservationId: hold, quantity: upTo(3) }),
  fc.record({
    ...{ type: fc.constant('end-hold' as const), reservationId: hold, expiresAt: deadline },
    end: fc.constantFrom('released' as const, 'extended' as const),
  }),
  fc.record({
    ...{ type: fc.constant('reallocate' as const), reallocationId: fc.uuid(), channel, orderId: order },
    ...{ line: fc.constant('1'), from: place, to: place, quantity: units },
  }),
);

const told: fc.Arbitrary<Entry> = fc.oneof(
  fc
    .record({ channel, location: anywhere, reservationId: fc.option(hold, { nil: undefined }) })
    .chain(({ location, reservationId, ...of }) =>
      fc.tuple(order, fc.nat(4)).map(([id, many]) =>
        open(id, many, {
          ...of,
          ...(location !== undefined && { location }),
          ...(reservationId !== undefined && { reservationId }),
        }),
      ),
    ),
  fc
    .record({ channel, orderId: order, reservationId: hold, quantity: units })
    .map((of): Entry => ({ kind: 'hold', key: keyAt(5), sku: 'MUG', request: 0, end: 'confirmed', ...of })),
);

const step: fc.Arbitrary<Step> = fc.record({
  later: fc.nat(4),
  does: fc.oneof(
    asked.map((command) => ({ asked: command })),
    told.map((entry) => ({ told: entry })),
  ),
});

const sumOf = (all: readonly { readonly quantity: number }[]): number =>
  all.reduce((sum, { quantity }) => sum + quantity, 0);

const promisesOf = ({ commitments }: ItemState) => Object.values(commitments).flat();
const holdsOf = ({ holds }: ItemState) => Object.values(holds);

/** As the state keeps it beside the promises and holds themselves. */
const kept = (state: ItemState) => ({
  places: PLACES.map((each) => placeOf(state, each)!).map(({ committed, reserved }) => [committed, reserved]),
  channels: CHANNELS.map((each) => claimsOf(state, each)).map(({ committed, reserved }) => [
    committed,
    reserved,
  ]),
  deadline: state.deadline,
});

/** The same, added up: of holds that are over, nothing. */
function addedUp(state: ItemState, now: number): ReturnType<typeof kept> {
  const promises = promisesOf(state);
  const holds = holdsOf(state).filter(({ expiresAt }) => expiresAt > now);
  const parts = holds.flatMap((held) => held.parts.map((part) => ({ ...part, channel: held.channel })));
  const sums = (isIn: (each: { location: string; channel: string }) => boolean): number[] => [
    sumOf(promises.filter(isIn)),
    sumOf(parts.filter(isIn)),
  ];
  return {
    places: PLACES.map((each) => sums(({ location }) => location === each)),
    channels: CHANNELS.map((each) => sums((by) => by.channel === each)),
    deadline: holds.length === 0 ? undefined : Math.min(...holds.map(({ expiresAt }) => expiresAt)),
  };
}

const isNothing = ({ quantity }: { readonly quantity: number }): boolean => quantity <= 0;

describe('whatever is promised, held, moved and released', () => {
  it('is summed correctly: by location, by channel, and with the first deadline', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 14 }), (steps) => {
        const books = stocked(6, 5);
        let now = 0;
        for (const { later, does } of steps) {
          now += later;
          if ('told' in does) books.post([does.told], now);
          else ask(books, soon(does.asked, now), now);
          const state = books.state('MUG');
          expect(kept(state)).toEqual(addedUp(state, now));
          expect(
            [...promisesOf(state), ...holdsOf(state).flatMap(({ parts }) => parts)].some(isNothing),
          ).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });
});

const soon = (command: ItemCommand, now: number): ItemCommand =>
  'expiresAt' in command ? { ...command, expiresAt: now + command.expiresAt! } : command;
