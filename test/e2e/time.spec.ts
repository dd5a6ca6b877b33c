import { until } from '../fixtures/waiting.ts';
import { pause } from './service.ts';
import { ago, available, exceptions, item, onhand, openShop, place, shown } from './shop.ts';

/** The contract's words on time, transfers and requests, through the public door. */
openShop();

describe('time', () => {
  it('a count is the anchor: what happened before it changes history, not today', async () => {
    const sku = await item({ shop: 10 });
    await onhand.tell(
      'wms',
      'stock.counted',
      { documentId: `c-${sku}`, location: 'shop', lines: [{ sku, quantity: 8 }] },
      { time: ago(10) },
    );
    const late = await onhand.tell(
      'till',
      'sale.completed',
      { saleId: `late-${sku}`, location: 'shop', lines: [{ sku, quantity: 2 }] },
      { time: ago(20) },
    );
    expect(late.status).toBe(201);
    expect((await place(sku, 'shop')).onHand.sellable).toBe(8);
    await onhand.tell(
      'till',
      'sale.completed',
      { saleId: `new-${sku}`, location: 'shop', lines: [{ sku, quantity: 1 }] },
      { time: ago(5) },
    );
    expect((await place(sku, 'shop')).onHand.sellable).toBe(7);
    expect(await exceptions(`kind=late&sku=${sku}`)).toHaveLength(1);
    const { body } = await onhand.get(`/v1/items/${sku}/timeline`);
    expect(body.items.map((row: any) => [row.kind, row.quantity, row.balance])).toEqual([
      ['receipt', 10, 10],
      ['sale', -2, 8],
      ['count', 0, 8],
      ['sale', -1, 7],
    ]);
  });

  it('a late count moves today by what happened after it', async () => {
    const sku = await item({ shop: 10 });
    await onhand.tell(
      'till',
      'sale.completed',
      { saleId: `x-${sku}`, location: 'shop', lines: [{ sku, quantity: 3 }] },
      { time: ago(10) },
    );
    await onhand.tell(
      'wms',
      'stock.counted',
      { documentId: `c-${sku}`, location: 'shop', lines: [{ sku, quantity: 20 }] },
      { time: ago(20) },
    );
    expect((await place(sku, 'shop')).onHand.sellable).toBe(17);
  });

  it('a snapshot with a watermark lets newer numbers of its source survive', async () => {
    const sku = await item({});
    const asOf = ago(10);
    await onhand.tell(
      'wms',
      'stock.received',
      { documentId: `d1-${sku}`, location: 'east', lines: [{ sku, quantity: 4 }] },
      { time: ago(20), sequence: 100 },
    );
    await onhand.tell(
      'wms',
      'stock.received',
      { documentId: `d2-${sku}`, location: 'east', lines: [{ sku, quantity: 6 }] },
      { time: ago(15), sequence: 101 },
    );
    await onhand.tell('wms', 'stock.snapshot', {
      documentId: `snap-${sku}`,
      location: 'east',
      asOf,
      watermark: 100,
      lines: [{ sku, quantity: 50 }],
    });
    expect((await place(sku, 'east')).onHand.sellable).toBe(56);
  });

  it('a complete snapshot empties what it does not list, also an item told later', async () => {
    const [listed, missing] = [await item({ west: 5 }), await item({ west: 5 })];
    const asOf = ago(10);
    await onhand.tell('erp', 'stock.snapshot', {
      documentId: `all-${listed}`,
      location: 'west',
      asOf,
      complete: true,
      lines: [{ sku: listed, quantity: 3 }],
    });
    expect((await place(listed, 'west')).onHand.sellable).toBe(3);
    expect((await place(missing, 'west')).onHand.sellable).toBe(0);
    const later = await item({});
    await onhand.tell(
      'wms',
      'stock.received',
      { documentId: `old-${later}`, location: 'west', lines: [{ sku: later, quantity: 9 }] },
      { time: ago(30) },
    );
    await onhand.tell(
      'wms',
      'stock.received',
      { documentId: `new-${later}`, location: 'west', lines: [{ sku: later, quantity: 2 }] },
      { time: ago(5) },
    );
    expect((await place(later, 'west')).onHand.sellable).toBe(2);
  });

  it('has two axes: what was known, and what had happened', async () => {
    const sku = await item({ east: 10 });
    await onhand.settle();
    const knownAt = new Date().toISOString();
    await pause(5); // To another millisecond.
    await onhand.tell(
      'wms',
      'stock.shipped',
      { documentId: `out-${sku}`, location: 'east', lines: [{ sku, quantity: 4 }] },
      { time: ago(30) },
    );
    await onhand.settle();
    const at = async (query: string) => (await onhand.get(`/v1/items/${sku}?${query}`)).body.totals.onHand;
    expect(await at(`knownAt=${encodeURIComponent(knownAt)}`)).toBe(10);
    expect(await at(`asOf=${encodeURIComponent(ago(45))}`)).toBe(10);
    expect(await at(`asOf=${encodeURIComponent(ago(15))}`)).toBe(6);
  });
});

describe('transfers and expectations', () => {
  it('leave, are on their way, and arrive, in either order of telling', async () => {
    const sku = await item({ east: 10 });
    const data = (quantity: number) => ({
      transferId: `t-${sku}`,
      from: 'east',
      to: 'shop',
      lines: [{ sku, quantity }],
    });
    await onhand.tell('wms', 'transfer.received', data(3), { time: ago(10) });
    expect(await place(sku, 'shop')).toMatchObject({ onHand: { sellable: 3 }, inTransit: 0 });
    await onhand.tell('erp', 'transfer.shipped', data(4), { time: ago(20) });
    expect(await place(sku, 'shop')).toMatchObject({ onHand: { sellable: 3 }, inTransit: 1 });
    expect((await place(sku, 'east')).onHand.sellable).toBe(6);
    await onhand.tell('wms', 'transfer.received', data(2), { time: ago(5) });
    expect((await exceptions(`kind=over-receipt&state=open&sku=${sku}`)).map((row) => row.quantity)).toEqual([
      1,
    ]);
  });

  it('what is expected is incoming until it is received', async () => {
    const sku = await item({});
    await onhand.tell(
      'erp',
      'stock.expected',
      {
        documentId: `po-${sku}`,
        location: 'east',
        expectedAt: new Date(Date.now() + 86_400_000).toISOString(),
        lines: [{ sku, quantity: 12 }],
      },
      { time: ago(60) },
    );
    expect((await shown(sku)).totals.incoming).toBe(12);
    await onhand.tell('wms', 'stock.received', {
      documentId: `r-${sku}`,
      purchaseOrderId: `po-${sku}`,
      location: 'east',
      lines: [{ sku, quantity: 5 }],
    });
    expect((await shown(sku)).totals).toMatchObject({ incoming: 7, onHand: 5 });
    await onhand.tell('erp', 'stock.expected', {
      documentId: `po-${sku}`,
      location: 'east',
      expectedAt: new Date().toISOString(),
      lines: [{ sku, quantity: 0 }],
    });
    expect((await shown(sku)).totals.incoming).toBe(0);
  });
});

describe('requests', () => {
  it('a reservation is held, extended, confirmed, and its order commits nothing twice', async () => {
    const sku = await item({ east: 10 });
    const body = {
      reservationId: `res-${sku}`,
      channel: 'web',
      lines: [{ sku, quantity: 4 }],
      expiresInSeconds: 600,
    };
    const held = await onhand.post('/v1/reservations', body);
    expect(held.status).toBe(201);
    expect(held.body).toMatchObject({
      reservationId: body.reservationId,
      state: 'held',
      lines: [{ sku, quantity: 4, location: 'east' }],
    });
    expect((await onhand.post('/v1/reservations', body)).status).toBe(200);
    expect(
      (await onhand.post('/v1/reservations', { ...body, lines: [{ sku, quantity: 5 }] })).body.code,
    ).toBe('ID_REUSED_WITH_DIFFERENT_CONTENT');
    expect(await place(sku, 'east')).toMatchObject({ reserved: 4, committed: 0 });
    expect(await available('web', sku)).toBe(6);
    const confirmed = await onhand.post(`/v1/reservations/${body.reservationId}/confirm`, {
      orderId: `ord-${sku}`,
    });
    expect(confirmed.body.state).toBe('confirmed');
    expect(await place(sku, 'east')).toMatchObject({ reserved: 0, committed: 4 });
    await onhand.tell('web', 'order.placed', { orderId: `ord-${sku}`, lines: [{ sku, quantity: 4 }] });
    expect(await place(sku, 'east')).toMatchObject({ reserved: 0, committed: 4 });
    const again = await onhand.post(`/v1/reservations/${body.reservationId}/release`, {});
    expect([again.status, again.body.code]).toEqual([409, 'RESERVATION_TERMINAL']);
  });

  it('a hold expires by itself, and what it held is for sale again', async () => {
    const sku = await item({ east: 5 });
    const from = new Date().toISOString();
    await pause(5);
    await onhand.post('/v1/reservations', {
      reservationId: `exp-${sku}`,
      channel: 'web',
      lines: [{ sku, quantity: 5 }],
      expiresInSeconds: 1,
    });
    const state = async () => (await onhand.get(`/v1/reservations/exp-${sku}`)).body.state;
    await until(async () => (await state()) === 'expired', 'expired');
    expect(await available('web', sku)).toBe(5);
    const query = new URLSearchParams({ from, to: new Date().toISOString() });
    const { body } = await onhand.get(`/v1/channels/web/availability/${sku}/changes?${query.toString()}`);
    expect(body.changes.map(({ delta }: { delta: number }) => delta)).toEqual([-5, 5]);
  });

  it('a compare-and-set adjustment refuses a stale value', async () => {
    const sku = await item({ east: 10 });
    const adjust = (adjustmentId: string, expectedOnHand: number) =>
      onhand.post(`/v1/items/${sku}/adjustments`, {
        adjustmentId,
        location: 'east',
        setTo: 7,
        expectedOnHand,
        reason: 'broken',
        actor: 'ann',
      });
    const stale = await adjust('a1', 9);
    expect([stale.status, stale.body.code, stale.body.current]).toEqual([409, 'STALE_VALUE', 10]);
    const done = await adjust('a2', 10);
    expect(done.status).toBe(201);
    expect(done.body).toMatchObject({ adjustmentId: 'a2', change: -3, onHand: 7 });
    expect((await adjust('a2', 10)).body).toEqual(done.body);
    expect((await place(sku, 'east')).onHand.sellable).toBe(7);
  });

  it('a reallocation moves a promise', async () => {
    const sku = await item({ east: 5, shop: 5 });
    await onhand.tell('web', 'order.placed', {
      orderId: `re-${sku}`,
      lines: [{ line: '1', sku, quantity: 3 }],
    });
    await onhand.settle();
    const move = (reallocationId: string): Promise<any> =>
      onhand.post(`/v1/items/${sku}/reallocations`, {
        reallocationId,
        channel: 'web',
        orderId: `re-${sku}`,
        line: '1',
        from: 'east',
        to: 'shop',
        quantity: 2,
      });
    expect((await move(`m-${sku}`)).status).toBe(201);
    expect([(await place(sku, 'east')).committed, (await place(sku, 'shop')).committed]).toEqual([1, 2]);
    const tooMuch = await move(`n-${sku}`);
    expect([tooMuch.status, tooMuch.body.code]).toEqual([409, 'INSUFFICIENT_COMMITMENT']);
  });
});
