import { randomUUID } from 'node:crypto';
import { claimsOf, isRejection, reservationStream } from '#inventory';
import { UNIT } from '#kernel';
import { open, received } from '../../inventory/testing/entries.ts';
import { until } from '../../kernel/testing/until.ts';
import { type OpenedLedger, openTestLedger } from '../testing/opened-ledger.ts';

let ledger: OpenedLedger;

beforeEach(async () => {
  ledger = await openTestLedger();
  await ledger.tell([received(10), { ...received(4), sku: 'LID' }]);
  await ledger.settle();
});
afterEach(() => ledger.close());

/** The reservation `r-1`, in units. */
const reserve = (lines: Record<string, number>) =>
  ledger.reservations.reserve({
    ...{ reservationId: 'r-1', channel: 'web', partial: false, expiresInSeconds: 60 },
    lines: Object.entries(lines).map(([sku, units]) => ({ sku, quantity: units * UNIT })),
  });

async function held(lines: Record<string, number>): Promise<void> {
  const answer = await reserve(lines);
  if (isRejection(answer)) throw new Error(JSON.stringify(answer));
}

const reservedOf = (sku: string): number => claimsOf(ledger.item(sku), 'web').reserved / UNIT;
const committedOf = (sku: string): number => claimsOf(ledger.item(sku), 'web').committed / UNIT;
const types = async () =>
  (await ledger.store.readStream(reservationStream('r-1'))).map(({ type }) =>
    type.replace('Reservation', ''),
  );

const tellOrder = (orderId: string, entries: Parameters<OpenedLedger['tell']>[0], type = 'OrderPlaced') =>
  ledger.tell(entries, {
    ...{ stream: `order-web:${orderId}`, type },
    message: { source: 'web', id: randomUUID(), occurredAt: ledger.clock.at, data: { orderId } },
  });

describe('a confirmed reservation', () => {
  it('is promised to its order, and the rest is released', async () => {
    await held({ MUG: 3, LID: 2 });
    const lines = [{ sku: 'MUG', quantity: 2 * UNIT }];
    expect(await ledger.reservations.confirm('r-1', { orderId: '1', lines })).toMatchObject({
      ...{ state: 'confirmed', orderId: '1' },
    });
    await ledger.settle();
    expect([committedOf('MUG'), committedOf('LID'), reservedOf('MUG'), reservedOf('LID')]).toEqual([
      2, 0, 0, 0,
    ]);
  });

  it('cannot confirm more than it holds', async () => {
    await held({ KIT: 1 });
    const confirm = (units: number) =>
      ledger.reservations.confirm('r-1', { orderId: '1', lines: [{ sku: 'KIT', quantity: units * UNIT }] });
    expect(await confirm(2)).toMatchObject({ code: 'INSUFFICIENT_STOCK' });
    expect(await confirm(1)).toMatchObject({ state: 'confirmed' });
    await ledger.settle();
    expect([committedOf('MUG'), committedOf('LID')]).toEqual([2, 1]);
  });

  it('shows what was confirmed, and its request is still answered as at first', async () => {
    await ledger.tell([received(4, 1, { location: 'shop' })]);
    await ledger.settle();
    await held({ MUG: 14, LID: 2 });
    const lines = [{ sku: 'MUG', quantity: 12 * UNIT }];
    const confirmed = await ledger.reservations.confirm('r-1', { orderId: '1', lines });
    const promised = [
      { sku: 'MUG', quantity: 10 * UNIT, location: 'main' },
      { sku: 'MUG', quantity: 2 * UNIT, location: 'shop' },
    ];
    expect(confirmed).toMatchObject({ lines: promised });
    expect(await ledger.reservations.get('r-1')).toEqual(confirmed);
    await ledger.settle();
    expect(ledger.item('MUG').places.map(({ committed }) => committed / UNIT)).toEqual([10, 2]);
    const again = await reserve({ MUG: 14, LID: 2 });
    const first = [
      { sku: 'MUG', quantity: 10 * UNIT, location: 'main' },
      { sku: 'MUG', quantity: 4 * UNIT, location: 'shop' },
      { sku: 'LID', quantity: 2 * UNIT, location: 'main' },
    ];
    expect(again).toMatchObject({ state: 'held', lines: first, isNew: false });
  });

  it('shows the confirmed components of a kit', async () => {
    await held({ KIT: 2 });
    const lines = [{ sku: 'KIT', quantity: UNIT }];
    expect(await ledger.reservations.confirm('r-1', { orderId: '1', lines })).toMatchObject({
      lines: [
        { sku: 'MUG', quantity: 2 * UNIT },
        { sku: 'LID', quantity: UNIT },
      ],
    });
  });

  it('commits nothing twice when its order comes later, and no item that the order leaves out', async () => {
    await held({ MUG: 3, LID: 2 });
    await ledger.reservations.confirm('r-1', { orderId: '1' });
    await tellOrder('1', [open('1', 2)]);
    await ledger.settle();
    expect([committedOf('MUG'), committedOf('LID')]).toEqual([2, 0]);
  });

  it('commits nothing twice when its order came before it', async () => {
    await held({ MUG: 3, LID: 2 });
    await tellOrder('1', [open('1', 3)]);
    await ledger.settle();
    await ledger.reservations.confirm('r-1', { orderId: '1' });
    await ledger.settle();
    expect([committedOf('MUG'), committedOf('LID'), reservedOf('LID')]).toEqual([3, 0, 0]);
  });

  it('commits nothing for an order that is cancelled before it came', async () => {
    await held({ MUG: 3 });
    await ledger.reservations.confirm('r-1', { orderId: '1' });
    await tellOrder('1', [], 'OrderCancelled');
    await ledger.settle();
    expect(committedOf('MUG')).toBe(0);
  });

  it('still waits for its order after a restart', async () => {
    await held({ MUG: 3, LID: 2 });
    await ledger.reservations.confirm('r-1', { orderId: '1' });
    await ledger.settle();
    await ledger.stop();
    const other = await ledger.another();
    await tellOrder('1', [open('1', 2)]);
    await until(async () => other.posting.position >= (await ledger.store.head()));
    await until(async () => other.book.position === (await ledger.store.head()));
    expect(claimsOf(other.book.item('LID')!, 'web').committed).toBe(0);
    expect(claimsOf(other.book.item('MUG')!, 'web').committed).toBe(2 * UNIT);
  });

  it('makes its order known, once, even if the process ended after the confirmation', async () => {
    await held({ MUG: 3, KIT: 1 });
    await ledger.settle();
    await ledger.stop();
    const asked = ledger.reservations.confirm('r-1', { orderId: '1' });
    await until(async () => (await types()).includes('Confirmed'));
    const announced = async () =>
      (await ledger.store.readStream('order-web:1')).map(({ type, data }) => [
        type,
        (data as { lines?: object }).lines,
      ]);
    const other = await ledger.another();
    await until(async () => other.posting.position >= (await ledger.store.head()));
    await until(async () => other.book.position === (await ledger.store.head()));
    const lines = [
      { sku: 'MUG', quantity: 3 * UNIT },
      { sku: 'KIT', quantity: UNIT, components: expect.any(Array) },
    ];
    expect(await announced()).toEqual([['OrderAnnounced', lines]]);
    expect(claimsOf(other.book.item('MUG')!, 'web').committed).toBe(5 * UNIT);
    await other.crash();
    const third = await ledger.another();
    await tellOrder('1', [open('1', 5)]);
    await until(async () => third.posting.position >= (await ledger.store.head()));
    expect(await announced()).toHaveLength(2);
    await asked;
  });

  it('by its order alone: the order’s lines take the hold, and the rest of it is released', async () => {
    await held({ MUG: 3, LID: 2 });
    await tellOrder('1', [open('1', 2, { reservationId: 'r-1' })]);
    await until(async () => (await types()).includes('Confirmed'));
    await ledger.settle();
    expect([committedOf('MUG'), committedOf('LID'), reservedOf('MUG'), reservedOf('LID')]).toEqual([
      2, 0, 0, 0,
    ]);
    expect(await ledger.reservations.get('r-1')).toMatchObject({ state: 'confirmed', orderId: '1' });
  });

  it('by an order that comes too late: the order is a fact nevertheless', async () => {
    await held({ MUG: 3 });
    await ledger.settle();
    ledger.clock.at += 61_000;
    await tellOrder('1', [open('1', 3, { reservationId: 'r-1' })]);
    await ledger.settle();
    await until(async () => (await types()).includes('Expired'));
    await ledger.settle();
    expect([committedOf('MUG'), reservedOf('MUG')]).toEqual([3, 0]);
  });
});
