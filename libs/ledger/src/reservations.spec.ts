import { randomUUID } from 'node:crypto';
import { NO_STREAM } from '#event-store';
import { claimsOf, isRejection, type Rejection, reservationStream } from '#inventory';
import { UNIT } from '#kernel';
import { received } from '../../inventory/testing/entries.ts';
import { FaultyStore } from '../../journal/testing/faulty-store.ts';
import type { ReservationAnswer, ReserveRequest } from '#ledger';
import { until } from '../../kernel/testing/until.ts';
import { eventsOf, type OpenedLedger, openTestLedger } from '../testing/opened-ledger.ts';
import { EXPIRY_EVERY_MS } from './reservation-expiry.ts';

let ledger: OpenedLedger;
let faulty: FaultyStore;

beforeEach(async () => {
  ledger = await openTestLedger((store) => (faulty = new FaultyStore(store)));
  await ledger.tell([received(10), { ...received(4), sku: 'LID' }]);
  await ledger.settle();
});
afterEach(async () => {
  faulty.fault = () => undefined;
  await ledger.close();
});

const request = (lines: Record<string, number>, more: Partial<ReserveRequest> = {}): ReserveRequest => ({
  ...{ reservationId: 'r-1', channel: 'web', partial: false, expiresInSeconds: 60 },
  lines: Object.entries(lines).map(([sku, units]) => ({ sku, quantity: units * UNIT })),
  ...more,
});

const reserve = (lines: Record<string, number>, more: Partial<ReserveRequest> = {}) =>
  ledger.reservations.reserve(request(lines, more));

async function held(
  lines: Record<string, number>,
  more: Partial<ReserveRequest> = {},
): Promise<ReservationAnswer> {
  const answer = await reserve(lines, more);
  if (isRejection(answer)) throw new Error(JSON.stringify(answer));
  return answer;
}

const reservedOf = (sku: string): number => claimsOf(ledger.item(sku), 'web').reserved / UNIT;
const types = async () =>
  (await ledger.store.readStream(reservationStream('r-1'))).map(({ type }) =>
    type.replace('Reservation', ''),
  );

describe('a reservation', () => {
  it('holds every line, until its deadline', async () => {
    const answer = await held({ MUG: 3, LID: 1 });
    expect(answer).toMatchObject({
      ...{ reservationId: 'r-1', channel: 'web', state: 'held', isNew: true },
      lines: [
        { sku: 'MUG', quantity: 3 * UNIT, location: 'main' },
        { sku: 'LID', quantity: UNIT, location: 'main' },
      ],
      expiresAt: ledger.clock.at + 60_000,
    });
    await ledger.settle();
    expect([reservedOf('MUG'), reservedOf('LID')]).toEqual([3, 1]);
  });

  it('is all or nothing, and names everything that is short', async () => {
    expect(await reserve({ MUG: 11, LID: 9 })).toMatchObject({
      code: 'INSUFFICIENT_STOCK',
      facts: {
        shortages: [
          { sku: 'MUG', requested: 11 * UNIT, available: 10 * UNIT },
          { sku: 'LID', requested: 9 * UNIT, available: 4 * UNIT },
        ],
      },
    });
    expect(await reserve({ MUG: 10, LID: 5 }, { reservationId: 'r-2' })).toMatchObject({
      facts: { shortages: [{ sku: 'LID', requested: 5 * UNIT, available: 4 * UNIT }] },
    });
    expect(await reserve({ MUG: 10 }, { reservationId: 'r-3' })).toMatchObject({ state: 'held' });
  });

  it('sums the lines of an item', async () => {
    const lines = [6, 5].map((units) => ({ sku: 'MUG', quantity: units * UNIT }));
    expect(await reserve({}, { lines })).toMatchObject({
      facts: { shortages: [{ sku: 'MUG', requested: 11 * UNIT, available: 10 * UNIT }] },
    });
  });

  it('of a kit holds its components', async () => {
    const answer = await held({ KIT: 3 });
    expect(answer.lines).toEqual([
      { sku: 'MUG', quantity: 6 * UNIT, location: 'main' },
      { sku: 'LID', quantity: 3 * UNIT, location: 'main' },
    ]);
    expect(await reserve({ KIT: 2 }, { reservationId: 'r-2' })).toMatchObject({
      facts: { shortages: [{ sku: 'KIT', requested: 2 * UNIT, available: UNIT }] },
    });
  });

  it('that may be partial holds as much as there is, but only whole kits', async () => {
    const answer = await held({ LID: 2, KIT: 9 }, { partial: true });
    expect(answer.lines).toEqual([
      { sku: 'LID', quantity: 4 * UNIT, location: 'main' },
      { sku: 'MUG', quantity: 4 * UNIT, location: 'main' },
    ]);
    await ledger.settle();
    expect([reservedOf('MUG'), reservedOf('LID')]).toEqual([4, 4]);
    expect(await reserve({ LID: 1 }, { reservationId: 'r-2', partial: true })).toMatchObject({
      facts: { shortages: [{ sku: 'LID', requested: UNIT, available: 0 }] },
    });
  });

  it('that may be partial holds the other items if there is nothing of one', async () => {
    await held({ LID: 4 });
    const answer = await held({ LID: 1, MUG: 2 }, { reservationId: 'r-2', partial: true });
    expect(answer.lines).toEqual([{ sku: 'MUG', quantity: 2 * UNIT, location: 'main' }]);
    await ledger.settle();
    expect([reservedOf('MUG'), reservedOf('LID')]).toEqual([2, 4]);
  });

  it.each<[string, Partial<ReserveRequest>, Partial<Rejection>]>([
    ['CHANNEL_UNKNOWN', { channel: 'nobody' }, { pointer: '/channel' }],
    ['ITEM_UNKNOWN', { lines: [{ sku: 'NO', quantity: UNIT }] }, { pointer: '/lines/0/sku' }],
    ['QUANTITY_NOT_INTEGER', { lines: [{ sku: 'MUG', quantity: 1 }] }, { pointer: '/lines/0/quantity' }],
    // Posting carries what is stored to the items without checking it: such a confirmation must never be stored.
    [
      'QUANTITY_OUT_OF_RANGE',
      { lines: [{ sku: 'KIT', quantity: 600_000_000 * UNIT }] },
      { pointer: '/lines/0/quantity' },
    ],
    ['QUANTITY_NOT_INTEGER', { lines: [{ sku: 'GRAIN', quantity: 1 }] }, { pointer: '/lines/0/quantity' }],
    [
      'LOCATION_UNKNOWN',
      { lines: [{ sku: 'MUG', quantity: UNIT, location: 'no' }] },
      { pointer: '/lines/0/location' },
    ],
  ])('is refused with %s', async (code, more, rest) => {
    expect(await reserve({}, more)).toMatchObject({ code, ...rest });
    expect(await types()).toEqual([]);
  });

  it('becomes an order only in amounts that its items are counted in', async () => {
    await held({ MUG: 3, KIT: 1 });
    for (const [sku, quantity, code] of [
      ['MUG', UNIT / 2, 'QUANTITY_NOT_INTEGER'],
      ['KIT', 1_000_000_000 * UNIT, 'QUANTITY_OUT_OF_RANGE'],
    ] as const) {
      const order = { orderId: 'o-1', lines: [{ sku, quantity }] };
      const pointer = '/lines/0/quantity';
      expect(await ledger.reservations.confirm('r-1', order)).toMatchObject({ code, pointer });
    }
    expect(await types()).toEqual(['Requested', 'Held']);
  });

  it('cannot become an order of an item that does not exist', async () => {
    await held({ MUG: 3 });
    const lines = ['MUG', 'NO'].map((sku) => ({ sku, quantity: UNIT }));
    expect(await ledger.reservations.confirm('r-1', { orderId: 'o-1', lines })).toMatchObject({
      ...{ code: 'ITEM_UNKNOWN', pointer: '/lines/1/sku' },
    });
    expect(await types()).toEqual(['Requested', 'Held']);
  });

  it('never gives the last unit to two of many callers', async () => {
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, number) =>
        reserve({ MUG: 2, LID: 1 }, { reservationId: `r-${number}` }),
      ),
    );
    expect(answers.filter((answer) => !isRejection(answer))).toHaveLength(4);
    await ledger.settle();
    expect([reservedOf('MUG'), reservedOf('LID')]).toEqual([8, 4]);
  });
});

describe('a hold', () => {
  const events = () => ledger.store.readStream(reservationStream('r-1'));

  it('is ended by its own channel’s order only', async () => {
    await held({ MUG: 3 });
    const order = { orderId: 'o-1', recordedAt: ledger.clock.at };
    await ledger.reservations.confirmByOrder('r-1', { ...order, channel: 'app' });
    expect(await types()).toEqual(['Requested', 'Held']);
    await ledger.reservations.confirmByOrder('r-1', { ...order, channel: 'web' });
    expect(await types()).toEqual(['Requested', 'Held', 'Confirmed']);
  });

  it('stays on its items as long as its reservation is held, even if it looks left behind', async () => {
    await held({ MUG: 3 });
    await ledger.reservations.letGo('r-1', 'MUG');
    await ledger.settle();
    expect(reservedOf('MUG')).toBe(3);
  });

  it('says who released it', async () => {
    await held({ MUG: 3 });
    await ledger.reservations.release('r-1', 'ann');
    expect((await events()).at(-1)).toMatchObject({ type: 'ReservationReleased', data: { actor: 'ann' } });
  });
});

describe('the same request again', () => {
  it('is answered as at first, whatever has become of the reservation', async () => {
    const first = await held({ MUG: 3 });
    expect(await reserve({ MUG: 3 })).toEqual({ ...first, isNew: false });
    await ledger.reservations.release('r-1');
    expect(await reserve({ MUG: 3 })).toEqual({ ...first, isNew: false });
    const refused = await reserve({ MUG: 11 }, { reservationId: 'r-2' });
    await ledger.tell([received(10)]);
    await ledger.settle();
    expect(await reserve({ MUG: 11 }, { reservationId: 'r-2' })).toEqual(refused);
  });

  it('at the same time makes only one reservation', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => held({ MUG: 3 })));
    expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(answers.map(({ position }) => position)).size).toBe(1);
    await ledger.settle();
    expect(reservedOf('MUG')).toBe(3);
  });

  it('with other content is refused', async () => {
    await held({ MUG: 3 });
    for (const other of [{ MUG: 2 }, { LID: 3 }] as Record<string, number>[]) {
      expect(await reserve(other)).toMatchObject({ code: 'ID_REUSED_WITH_DIFFERENT_CONTENT' });
    }
    const line = (sku: string, units: number, location?: string) => ({
      ...{ sku, quantity: units * UNIT },
      ...(location !== undefined && { location }),
    });
    for (const other of [
      { expiresInSeconds: 61 },
      { partial: true },
      { channel: 'app' },
      { lines: [line('MUG', 3, 'main')] },
    ]) {
      expect(await reserve({ MUG: 3 }, other)).toMatchObject({ code: 'ID_REUSED_WITH_DIFFERENT_CONTENT' });
    }
    const two = { reservationId: 'r-2', lines: [line('MUG', 1), line('LID', 1)] };
    await held({}, two);
    expect(await reserve({}, { ...two, lines: [line('MUG', 1), line('LID', 2)] })).toMatchObject({
      code: 'ID_REUSED_WITH_DIFFERENT_CONTENT',
    });
  });

  it('finishes what a crash interrupted', async () => {
    const other = await ledger.another();
    faulty.fault = (stream) => (stream === reservationStream('r-1') ? next() : undefined);
    let calls = 0;
    const next = () => (++calls > 1 ? new Error('killed') : undefined);
    await expect(other.reservations.reserve(request({ MUG: 3 }))).rejects.toThrow('killed');
    faulty.fault = () => undefined;
    expect(await types()).toEqual(['Requested']);
    expect(await reserve({ MUG: 3 })).toMatchObject({ state: 'held' });
    await ledger.settle();
    expect(reservedOf('MUG')).toBe(3);
  });

  it('may be made again after it was refused as interrupted', async () => {
    const { channel, lines, partial, expiresInSeconds } = request({ MUG: 3 });
    const expiresAt = ledger.clock.at + 60_000;
    const data = { channel, lines, partial, expiresInSeconds, expiresAt };
    await ledger.store.append(reservationStream('r-1'), NO_STREAM, [
      { id: randomUUID(), type: 'ReservationRequested', data },
    ]);
    await until(() => ledger.book.reservations({ limit: 1 }).length > 0);
    ledger.clock.at += 6_000;
    await until(async () => (await types()).includes('Refused'));
    expect(await ledger.reservations.get('r-1')).toBeUndefined();
    expect(await reserve({ MUG: 3 })).toMatchObject({ state: 'held', expiresAt: ledger.clock.at + 60_000 });
    await ledger.settle();
    expect(reservedOf('MUG')).toBe(3);
  });
});

describe('the end of a reservation', () => {
  it('comes once', async () => {
    await held({ MUG: 3 });
    expect(await ledger.reservations.release('r-1', 'ann')).toMatchObject({ state: 'released' });
    for (const again of [
      ledger.reservations.release('r-1'),
      ledger.reservations.confirm('r-1', { orderId: '1' }),
      ledger.reservations.extend('r-1', 60),
    ]) {
      expect(await again).toMatchObject({ code: 'RESERVATION_TERMINAL', facts: { state: 'released' } });
    }
    expect(await ledger.reservations.release('nobody')).toMatchObject({ code: 'RESERVATION_UNKNOWN' });
  });

  it('is decided by whoever is first of many', async () => {
    await held({ MUG: 3 });
    const ends = await Promise.all([
      ledger.reservations.release('r-1'),
      ledger.reservations.confirm('r-1', { orderId: '1' }),
      ledger.reservations.release('r-1'),
    ]);
    expect(ends.filter((end) => !isRejection(end))).toHaveLength(1);
    expect(await types()).toHaveLength(3);
  });

  it('frees the goods at once if it is a release', async () => {
    await held({ MUG: 10 });
    await ledger.reservations.release('r-1');
    expect(await reserve({ MUG: 10 }, { reservationId: 'r-2' })).toMatchObject({ state: 'held' });
  });

  it('comes by itself within a fraction of a second of the deadline', async () => {
    await held({ MUG: 3 });
    await ledger.settle();
    ledger.clock.at += 59_999;
    await ledger.expiry.endDue();
    expect(await types()).not.toContain('Expired');
    ledger.clock.at += 1;
    await until(async () => (await types()).includes('Expired'));
    expect(EXPIRY_EVERY_MS).toBeLessThan(1_000);
    await ledger.settle();
    expect(reservedOf('MUG')).toBe(0);
    expect(await ledger.reservations.get('r-1')).toMatchObject({ state: 'expired' });
  });

  it('counts as expired from the deadline on, before that is stored', async () => {
    await held({ MUG: 3 });
    await ledger.stop();
    ledger.clock.at += 60_000;
    expect(await ledger.reservations.confirm('r-1', { orderId: '1' })).toMatchObject({
      ...{ code: 'RESERVATION_TERMINAL', facts: { state: 'expired' } },
    });
  });

  it.each([
    ['just before the deadline', 59_999],
    ['long before the deadline', 1],
  ])('%s keeps what was confirmed from others, however far posting is behind', async (_, afterMs) => {
    await held({ MUG: 10 });
    await ledger.stop();
    ledger.clock.at += afterMs;
    const confirmed = ledger.reservations.confirm('r-1', { orderId: '1' });
    await until(async () => (await types()).includes('Confirmed'));
    ledger.clock.at += 3_600_000;
    expect(await reserve({ MUG: 1 }, { reservationId: 'r-2' })).toMatchObject({ code: 'INSUFFICIENT_STOCK' });
    expect(await confirmed).toMatchObject({ state: 'confirmed' });
    await (await ledger.another()).posting.waitFor(await ledger.store.head(), 20_000);
    expect((await ledger.events('MUG')).slice(-3).map(({ type }) => type)).toEqual([
      'ReservationExtended',
      'StockCommitted',
      'ReservationEnded',
    ]);
  });

  it('comes at the deadline even if a confirmation was begun and never stored', async () => {
    await held({ MUG: 10 });
    await ledger.desk.submit('MUG', {
      ...{ type: 'end-hold', reservationId: 'r-1', end: 'extended', expiresAt: ledger.clock.at + 3_600_000 },
    });
    await ledger.settle();
    ledger.clock.at += 60_000;
    await until(() => reservedOf('MUG') === 0);
    expect(await ledger.reservations.get('r-1')).toMatchObject({ state: 'expired' });
  });

  it('cannot be a confirmation if an item has ended its hold, whatever the clock says since', async () => {
    await held({ MUG: 10 });
    await ledger.stop();
    ledger.clock.at += 60_000;
    expect(await reserve({ MUG: 10 }, { reservationId: 'r-2' })).toMatchObject({ state: 'held' });
    ledger.clock.at -= 5_000;
    const confirmed = await ledger.reservations.confirm('r-1', { orderId: '1' });
    expect(confirmed).toMatchObject({ code: 'RESERVATION_TERMINAL', facts: { state: 'expired' } });
  });

  it('moves later when it is extended, and never earlier', async () => {
    await held({ MUG: 10 });
    const until_ = ledger.clock.at + 600_000;
    expect(await ledger.reservations.extend('r-1', 600)).toMatchObject({ state: 'held', expiresAt: until_ });
    expect(await ledger.reservations.extend('r-1', 1)).toMatchObject({ expiresAt: until_ });
    ledger.clock.at += 60_000;
    expect(await reserve({ MUG: 1 }, { reservationId: 'r-2' })).toMatchObject({ code: 'INSUFFICIENT_STOCK' });
    await ledger.settle();
    expect(await types()).toEqual(['Requested', 'Held', 'Extended', 'Extended']);
  });

  it('also comes to a hold that was made after it', async () => {
    await held({ MUG: 3 });
    await ledger.reservations.release('r-1');
    // A request of a slow process: its hold comes when the reservation has ended.
    await ledger.desk.submit('MUG', {
      ...{ type: 'reserve', reservationId: 'r-1', request: 0, channel: 'web' },
      ...{ wanted: [{ quantity: UNIT }], partial: false, expiresAt: ledger.clock.at + 1_000, step: UNIT },
    });
    await ledger.settle();
    expect(reservedOf('MUG')).toBe(1);
    ledger.clock.at += 7_000;
    await until(() => reservedOf('MUG') === 0);
  });
});

it('in the end, what is reserved equals the open holds, and a picture made anew is the same', async () => {
  await held({ MUG: 3, LID: 2 });
  await held({ KIT: 1 }, { reservationId: 'r-2' });
  await ledger.reservations.confirm('r-2', { orderId: '2' });
  await reserve({ MUG: 99 }, { reservationId: 'r-3' });
  await ledger.settle();
  expect(
    ledger.book.reservations({ limit: 9 }).map(({ reservationId, state }) => [reservationId, state]),
  ).toEqual([
    ['r-1', 'held'],
    ['r-2', 'confirmed'],
    ['r-3', 'refused'],
  ]);
  expect(await eventsOf(ledger.store, 'reservation')).toHaveLength(7);
  const other = await ledger.another();
  expect(other.readModel.hash()).toBe(ledger.readModel.hash());
});
