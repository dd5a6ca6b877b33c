import { APPEND_EVENTS_MAX, type NewEvent, StoreUnavailable } from '#event-store';
import { type Entry, itemStream, type ItemState, type Post } from '#inventory';
import { UNIT } from '#kernel';
import { open, received, shipped } from '../../inventory/testing/entries.ts';
import { FaultyStore } from '../../journal/testing/faulty-store.ts';
import { until } from '../../kernel/testing/until.ts';
import { type OpenedLedger, openTestLedger } from '../testing/opened-ledger.ts';
import { ItemLoader } from './item-loader.ts';

let ledger: OpenedLedger;
let faulty: FaultyStore;
/** How many events each append brought to an item. */
let sizes: number[];
let told: number;

beforeEach(async () => {
  ledger = await openTestLedger((store) => (faulty = new FaultyStore(store)));
  told = 0;
  sizes = [];
  const append = faulty.append.bind(faulty);
  faulty.append = async (stream: string, revision: number, events: readonly NewEvent[]) => {
    const outcome = await append(stream, revision, events);
    if (stream === itemStream('MUG') && outcome.outcome === 'written') sizes.push(events.length);
    return outcome;
  };
});
afterEach(async () => {
  faulty.fault = () => undefined;
  await ledger.close();
});

/** More than any append takes. */
const MANY = APPEND_EVENTS_MAX + 500;
/** Each opens an exception that names all who claim the units: more of these than an append takes. */
const ORDERS = 500;
const HOUR_MS = 3_600_000;

const postOf = (entries: readonly Entry[]): Post => ({
  ...{ type: 'post', journal: ++told, recordedAt: told, cause: 'order' },
  entries: entries,
});
const post = (...entries: Entry[]): Promise<unknown> => ledger.desk.submit('MUG', postOf(entries));
const orders = (count: number): Promise<unknown> =>
  Promise.all(Array.from({ length: count }, (_, order) => post(open(String(order), 1))));

/** As whoever comes next finds it. */
async function stored(): Promise<ItemState> {
  const loader = new ItemLoader(ledger.store, ledger.book);
  const state = loader.remembered('MUG');
  await loader.catchUp('MUG', state);
  return state;
}
const short = ({ exceptions }: ItemState): number =>
  Object.values(exceptions).reduce((sum, { quantity }) => sum + quantity, 0) / UNIT;

describe('a fact that changes more exceptions than fit an append', () => {
  it('may be a receipt that cures them all', async () => {
    await orders(MANY);
    expect(Object.keys((await stored()).exceptions)).toHaveLength(MANY);
    await post(received(MANY));
    await post(received(1));

    const { exceptions, places, partly } = await stored();
    expect([exceptions, partly]).toEqual([{}, undefined]);
    expect(places[0]!.stock[0]!.onHand).toBe((MANY + 1) * UNIT);
  });

  it.each([MANY, MANY - 3])('goes on with its cures after a crash, if %i units came', async (units) => {
    await orders(MANY);
    sizes.length = 0;
    faulty.fault = () => (sizes.length > 0 ? new StoreUnavailable('gone') : undefined);
    const receipt = postOf([received(units)]);
    const left = ledger.desk.submit('MUG', receipt).catch(() => undefined);
    await until(() => sizes.length > 0);
    const half = await stored();
    expect(half.partly).toEqual({ journal: receipt.journal, entries: 1 });
    ledger.desk.close();
    faulty.fault = () => undefined;
    await left;
    const other = await ledger.another();
    await other.desk.submit('MUG', receipt);

    const state = await stored();
    expect(short(state)).toBe(MANY - units);
    expect([state.places[0]!.stock[0]!.onHand, state.partly]).toEqual([units * UNIT, undefined]);
    expect(await other.desk.submit('MUG', receipt)).toMatchObject({ events: [] });
  });

  it('may be goods that leave although others had ordered earlier: each of those is flagged as missing some', async () => {
    await post(received(ORDERS));
    await orders(ORDERS);
    await post(open('large', ORDERS));
    await post(open('large', 0), shipped('large', ORDERS));

    const state = await stored();
    expect(Object.keys(state.exceptions)).toHaveLength(ORDERS);
    expect(short(state)).toBe(ORDERS);
  });

  it('may be a correction by request', async () => {
    await orders(MANY);
    await ledger.desk.submit('MUG', {
      ...{ type: 'adjust', adjustmentId: 'a', location: 'main', disposition: 'sellable' },
      ...{ change: MANY * UNIT, reason: 'found', actor: 'clerk' },
    });

    expect((await stored()).exceptions).toEqual({});
  });
});

describe('a fact that finds more holds overdue than fit an append', () => {
  it('ends all of them', async () => {
    await post(received(MANY));
    const now = ledger.clock.at;
    await Promise.all(
      Array.from({ length: MANY }, (_, hold) =>
        ledger.desk.submit('MUG', {
          ...{ type: 'reserve', reservationId: String(hold), request: 0, channel: 'web', partial: false },
          ...{ wanted: [{ quantity: UNIT }], step: UNIT, expiresAt: now + HOUR_MS },
        }),
      ),
    );
    ledger.clock.at = now + 2 * HOUR_MS;
    await ledger.desk.submit('MUG', { ...postOf([received(1)]), recordedAt: ledger.clock.at });

    const { holds, places } = await stored();
    expect([holds, places[0]!.reserved]).toEqual([{}, 0]);
    expect(places[0]!.stock[0]!.onHand).toBe((MANY + 1) * UNIT);
  });
});
