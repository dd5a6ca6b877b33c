import type { Disposition, Rejection } from '#inventory';
import { UNIT } from '#kernel';
import { issued, open, received, sold } from '../../inventory/testing/entries.ts';
import { type OpenedLedger, openTestLedger } from '../testing/opened-ledger.ts';

let ledger: OpenedLedger;

beforeEach(async () => {
  ledger = await openTestLedger();
  await ledger.tell([received(10), received(4, 1, { location: 'shop' })]);
  await ledger.settle();
});
afterEach(() => ledger.close());

const asked = {
  ...{ adjustmentId: 'a-1', location: 'main', disposition: 'sellable' as Disposition },
  ...{ reason: 'broken', actor: 'ann' },
};

describe('an adjustment', () => {
  it('sets on-hand if it is what was expected', async () => {
    const set = { ...asked, setTo: 8 * UNIT, expectedOnHand: 10 * UNIT };
    const first = await ledger.corrections.adjust('MUG', set);
    expect(first).toMatchObject({ adjustmentId: 'a-1', change: -2 * UNIT, onHand: 8 * UNIT, isNew: true });
    await ledger.tell([sold(1, ledger.clock.at)]);
    await ledger.settle();
    expect(await ledger.corrections.adjust('MUG', set)).toEqual({ ...first, isNew: false });
    expect(await ledger.corrections.adjust('MUG', { ...set, adjustmentId: 'a-2' })).toMatchObject({
      ...{ code: 'STALE_VALUE', facts: { current: 7 * UNIT } },
    });
  });

  it('to the present value changes nothing', async () => {
    const set = { ...asked, setTo: 10 * UNIT, expectedOnHand: 10 * UNIT };
    expect(await ledger.corrections.adjust('MUG', set)).toMatchObject({ change: 0, onHand: 10 * UNIT });
    expect(await ledger.events('MUG')).toHaveLength(2);
  });

  it('lets exactly one of many who saw the same number set it', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, number) =>
        ledger.corrections.adjust('MUG', {
          ...{ ...asked, adjustmentId: `a-${number}`, setTo: number * UNIT, expectedOnHand: 10 * UNIT },
        }),
      ),
    );
    // The request that sets it to 10 still finds the expected value, but changes nothing.
    expect(answers.filter((answer) => 'change' in answer && answer.change !== 0)).toHaveLength(1);
  });

  it.each<[string, string, object, Partial<Rejection>]>([
    ['ITEM_UNKNOWN', 'NO', { change: UNIT }, {}],
    ['NOT_ALLOWED_FOR_KIT', 'KIT', { change: UNIT }, {}],
    ['LOCATION_UNKNOWN', 'MUG', { change: UNIT, location: 'no' }, { pointer: '/location' }],
    ['QUANTITY_NOT_INTEGER', 'MUG', { change: 1 }, { pointer: '/change' }],
    ['QUANTITY_NOT_INTEGER', 'MUG', { setTo: 1, expectedOnHand: 0 }, { pointer: '/setTo' }],
  ])('is refused with %s', async (code, sku, more, rest) => {
    expect(await ledger.corrections.adjust(sku, { ...asked, ...more })).toMatchObject({ code, ...rest });
  });
});

describe('a reallocation', () => {
  const move = {
    ...{ reallocationId: 'm-1', channel: 'web', orderId: '1', line: '1' },
    ...{ from: 'main', to: 'shop', quantity: 2 * UNIT },
  };

  it('moves a promise, once', async () => {
    await ledger.tell([open('1', 3)]);
    await ledger.settle();
    const first = await ledger.corrections.reallocate('MUG', move);
    expect(first).toMatchObject({ reallocationId: 'm-1', isNew: true });
    expect(await ledger.corrections.reallocate('MUG', move)).toEqual({ ...first, isNew: false });
    await ledger.settle();
    expect(ledger.item('MUG').places.map(({ committed }) => committed / UNIT)).toEqual([1, 2]);
  });

  it('is refused if there is nothing to move, or nowhere to move it', async () => {
    expect(await ledger.corrections.reallocate('MUG', move)).toMatchObject({
      ...{ code: 'INSUFFICIENT_COMMITMENT', facts: { committed: 0 } },
    });
    expect(await ledger.corrections.reallocate('MUG', { ...move, to: 'main' })).toMatchObject({
      code: 'TRANSFER_SAME_LOCATION',
    });
  });

  it('is refused if it names a channel or a location that does not exist', async () => {
    for (const [more, code, pointer] of [
      [{ channel: 'no' }, 'CHANNEL_UNKNOWN', '/channel'],
      [{ from: 'no' }, 'LOCATION_UNKNOWN', '/from'],
      [{ to: 'no' }, 'LOCATION_UNKNOWN', '/to'],
    ] as const) {
      const refused = await ledger.corrections.reallocate('MUG', { ...move, ...more });
      expect(refused).toMatchObject({ code, pointer });
    }
  });
});

describe('exceptions', () => {
  const ids = (rows: readonly { kind: string; sku: string }[]) =>
    rows.map(({ kind, sku }) => `${kind} ${sku}`);

  beforeEach(async () => {
    await ledger.tell([issued(12)]);
    await ledger.tell([{ ...issued(3), sku: 'LID' }]);
    await ledger.tell([received(1, 1, { location: 'closed' })]);
    await ledger.tell([open('1', 5)]);
    await ledger.settle();
  });

  it('are listed in the order in which they were opened, by what is asked for', async () => {
    const list = async (filter: Parameters<typeof ledger.book.exceptions>[0]) =>
      ids(await ledger.book.exceptions(filter, { limit: 9 }));
    expect(await list({})).toEqual([
      'negative-on-hand MUG',
      'negative-on-hand LID',
      'inactive-location MUG',
      'oversell MUG',
    ]);
    expect(await list({ kind: 'negative-on-hand', state: 'open' })).toEqual([
      'negative-on-hand MUG',
      'negative-on-hand LID',
    ]);
    expect(await list({ sku: 'LID' })).toEqual(['negative-on-hand LID']);
    expect(await list({ channel: 'web' })).toEqual(['oversell MUG']);
    expect(await list({ state: 'cleared' })).toEqual([]);
    const [first, second] = await ledger.book.exceptions({ state: 'open' }, { limit: 2 });
    expect(ids(await ledger.book.exceptions({ state: 'open' }, { after: second!.id, limit: 1 }))).toEqual([
      'inactive-location MUG',
    ]);
    expect(ledger.book.exception(first!.id)).toEqual(first);
  });

  it('of negative on-hand have today’s size', async () => {
    await ledger.tell([received(1)]);
    await ledger.settle();
    const [negative] = await ledger.book.exceptions({ kind: 'negative-on-hand', sku: 'MUG' }, { limit: 9 });
    expect(negative).toMatchObject({ state: 'open', quantity: UNIT });
  });

  it('are resolved by hand, once, and can still be seen', async () => {
    const [inactive] = await ledger.book.exceptions({ kind: 'inactive-location' }, { limit: 9 });
    const by = { reason: 'moved to main', actor: 'ann' };
    const resolve = (reason: string) => ledger.corrections.resolveException(inactive!.id, { ...by, reason });
    const closed = (await resolve(by.reason)) as { position: number };
    // The book does not have it yet: the event that closed it is somewhere up to this position.
    const again = (await resolve('x')) as { position: number };
    expect(again.position).toBeGreaterThanOrEqual(closed.position);
    await ledger.settle();
    expect(ledger.book.exception(inactive!.id)).toMatchObject({
      ...{ state: 'resolved', ...by, closedBy: closed.position },
    });
    expect(await resolve('y')).toEqual(closed);
    expect(ledger.book.exception(inactive!.id)).toMatchObject({ state: 'resolved', ...by });
    expect(await ledger.corrections.resolveException('999', by)).toMatchObject({ code: 'EXCEPTION_UNKNOWN' });
  });

  it('are cleared by themselves when they are cured', async () => {
    await ledger.tell([received(20)]);
    await ledger.settle();
    expect(ids(await ledger.book.exceptions({ state: 'cleared' }, { limit: 9 }))).toEqual([
      'negative-on-hand MUG',
      'oversell MUG',
    ]);
    expect((await ledger.book.exceptions({ state: 'cleared' }, { limit: 1 }))[0]).toMatchObject({
      closedAt: ledger.clock.at,
    });
  });
});
