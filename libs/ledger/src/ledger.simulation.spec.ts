import fc from 'fast-check';
import {
  emptyItem,
  evolveItem,
  free,
  heldOf,
  isRejection,
  type RecordedItemEvent,
  sumOfAccounts,
} from '#inventory';
import { UNIT } from '#kernel';
import { open, received, sold } from '../../inventory/testing/entries.ts';
import { FaultyStore } from '../../journal/testing/faulty-store.ts';
import { until } from '../../kernel/testing/until.ts';
import { eventsOf, type LedgerProcess, type OpenedLedger, openTestLedger } from '../testing/opened-ledger.ts';
import { readReservation } from './read-reservation.ts';

/** One thing that happens; `by` picks the process that is asked. */
type Step =
  | { readonly what: 'receive' | 'sell' | 'order'; readonly units: number; readonly order: number }
  | { readonly what: 'reserve'; readonly id: number; readonly units: number; readonly by: number }
  | { readonly what: 'confirm' | 'release' | 'extend'; readonly id: number; readonly by: number }
  | { readonly what: 'wait'; readonly seconds: number }
  | { readonly what: 'crash' };

const id = fc.integer({ min: 0, max: 7 });
const by = fc.integer({ min: 0, max: 1 });
const units = fc.integer({ min: 1, max: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    what: fc.constantFrom('receive' as const, 'sell' as const, 'order' as const),
    units,
    order: fc.integer({ min: 0, max: 3 }),
  }),
  fc.record({ what: fc.constant('reserve' as const), id, units, by }),
  fc.record({ what: fc.constant('reserve' as const), id, units, by }),
  fc.record({ what: fc.constantFrom('confirm' as const, 'release' as const, 'extend' as const), id, by }),
  fc.record({ what: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 40 }) }),
  fc.constant({ what: 'crash' as const }),
);

/** Whether an append's answer is lost, and whether it was written before. */
const faults = fc.array(
  fc.constantFrom('lost before' as const, 'lost after' as const, undefined, undefined),
  {
    maxLength: 30,
  },
);

/** LID is only ever received and held; MUG is sold and ordered too. */
async function live(ledger: OpenedLedger, steps: readonly Step[]): Promise<void> {
  let processes: [LedgerProcess, LedgerProcess] = [ledger, await ledger.another()];
  const asked: Promise<unknown>[] = [];
  await ledger.tell([received(5), { ...received(5), sku: 'LID' }]);
  for (const each of steps) {
    switch (each.what) {
      case 'receive':
        await ledger.tell([received(each.units), { ...received(each.units), sku: 'LID' }]);
        break;
      case 'sell':
        await ledger.tell([sold(each.units)]);
        break;
      case 'order':
        await ledger.tell([open(String(each.order), each.units)], {
          ...{ stream: `order-web:${each.order}`, type: 'OrderPlaced' },
          message: { occurredAt: 2, data: {} },
        });
        break;
      case 'wait':
        ledger.clock.at += each.seconds * 1_000;
        break;
      case 'crash':
        await processes[1].crash();
        processes = [ledger, await ledger.another()];
        break;
      default:
        asked.push(ask(processes[each.by]!, each).catch(isExpected));
    }
  }
  await Promise.all(asked);
}

function ask(
  { reservations }: LedgerProcess,
  each: Extract<Step, { readonly by: number }>,
): Promise<unknown> {
  const reservationId = `r-${each.id}`;
  switch (each.what) {
    case 'reserve':
      return reservations.reserve({
        ...{ reservationId, channel: 'web', partial: each.id % 2 === 0, expiresInSeconds: 30 },
        lines: [
          { sku: 'MUG', quantity: UNIT },
          { sku: 'LID', quantity: each.units * UNIT },
        ],
      });
    case 'confirm':
      return reservations.confirm(reservationId, { orderId: String(each.id % 4) });
    case 'release':
      return reservations.release(reservationId);
    case 'extend':
      return reservations.extend(reservationId, 50);
  }
}

/** Only these may end a request, and none of them a fact. */
function isExpected(cause: unknown): void {
  const { code } = cause as { code?: string };
  if (code !== 'CONTENTION' && code !== 'LEDGER_CLOSED') throw cause;
}

async function checkFacts(ledger: OpenedLedger): Promise<void> {
  const told = await eventsOf(ledger.store, 'document');
  for (const sku of ['MUG', 'LID']) {
    const moves = told
      .flatMap(({ data }) => (data as { entries: readonly { sku: string; key: { id: string } }[] }).entries)
      .filter((entry) => entry.sku === sku);
    const posted = (await ledger.events(sku)).flatMap((event) =>
      event.type === 'MovementPosted' ? [event.data.key.id] : [],
    );
    expect(posted).toEqual(moves.map(({ key }) => key.id));
    expect(sumOfAccounts(ledger.item(sku))).toBe(0);
  }
}

/** No decision of ours ever promised a LID that was not there. */
async function checkNoOversell(ledger: OpenedLedger): Promise<void> {
  const state = emptyItem();
  for (const event of await ledger.events('LID')) {
    evolveItem(state, event as unknown as RecordedItemEvent & { revision: number });
    if (event.type === 'StockReserved') {
      for (const place of state.places) expect(free(place)).toBeGreaterThanOrEqual(0);
    }
  }
}

/** What is held on the items is what reservations hold, and each of them has ended at most once. */
async function checkHolds(ledger: OpenedLedger): Promise<void> {
  const held = { MUG: 0, LID: 0 };
  for (let number = 0; number < 8; number++) {
    const state = await readReservation(ledger.store, `r-${number}`);
    const events = await ledger.store.readStream(`reservation-r-${number}`);
    const ends = events.filter(({ type }) => /Confirmed|Released|Expired/.test(type));
    expect(ends.length).toBeLessThanOrEqual(1);
    if (state?.state !== 'held') continue;
    for (const [sku, quantity] of heldOf(state)) held[sku as 'MUG' | 'LID'] += quantity;
  }
  for (const sku of ['MUG', 'LID'] as const) {
    const reserved = ledger.item(sku).places.reduce((sum, place) => sum + place.reserved, 0);
    expect([sku, reserved]).toEqual([sku, held[sku]]);
  }
}

it('a day of two processes with lost answers and crashes adds up', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), faults, async (steps, lost) => {
      let faulty!: FaultyStore;
      const ledger = await openTestLedger((store) => (faulty = new FaultyStore(store)));
      try {
        const left = [...lost];
        faulty.fault = (stream) => (/^(item|reservation)-/.test(stream) ? left.pop() : undefined);
        await live(ledger, steps);
        faulty.fault = () => undefined;
        // Long enough to end every request that a crash interrupted, and every hold that came too late.
        ledger.clock.at += 7_000;
        await ledger.settle();
        await until(() => ledger.book.dueReservations(ledger.clock.at, 1).length === 0);
        await until(() => ledger.book.overdueHolds(ledger.clock.at - 5_000, 1).length === 0);
        await ledger.settle();
        await checkFacts(ledger);
        await checkNoOversell(ledger);
        await checkHolds(ledger);
        const other = await ledger.another();
        expect(other.readModel.hash()).toBe(ledger.readModel.hash());
      } finally {
        await ledger.close();
      }
    }),
    { numRuns: 25 },
  );
}, 600_000);

it('a request that is refused is answered', async () => {
  const ledger = await openTestLedger();
  const answer = await ask(ledger, { what: 'release', id: 1, by: 0 });
  expect(isRejection(answer as object)).toBe(true);
  await ledger.close();
});
