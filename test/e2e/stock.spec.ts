import { pause, Service } from './service.ts';

/** The contract's words on stock, each told through the public door and read back through it. */
let onhand: Service;
const LOCATIONS = ['east', 'west', 'shop'];

beforeAll(async () => {
  onhand = await Service.start();
  for (const id of LOCATIONS)
    await onhand.put(`/v1/locations/${id}`, { name: id, kind: 'warehouse', active: true });
  await onhand.put('/v1/sources/wms', { name: 'WMS', kind: 'warehouse' });
  await onhand.put('/v1/sources/erp', { name: 'ERP', kind: 'erp' });
  await onhand.put('/v1/channels/web', {
    name: 'Web',
    kind: 'storefront',
    locations: ['east', 'west'],
    lists: 'all',
  });
  await onhand.put('/v1/channels/market', {
    name: 'Market',
    kind: 'marketplace',
    locations: ['east'],
    lists: 'all',
  });
  await onhand.put('/v1/channels/till', { name: 'Till', kind: 'pos', locations: ['shop'], lists: 'all' });
}, 60_000);
afterAll(() => onhand.stop());

let items = 0;
/** A fresh item with stock, so that scenarios do not meet. */
async function item(stock: Record<string, number> = {}, definition: object = {}): Promise<string> {
  const sku = `SKU-${++items}`;
  expect((await onhand.put(`/v1/items/${sku}`, { name: sku, ...definition })).status).toBe(201);
  for (const [location, quantity] of Object.entries(stock)) {
    await onhand.tell(
      'wms',
      'stock.received',
      { documentId: `in-${sku}-${location}`, location, lines: [{ sku, quantity }] },
      { time: ago(60) },
    );
  }
  await onhand.settle();
  return sku;
}
const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
const shown = async (sku: string): Promise<any> => {
  await onhand.settle();
  return (await onhand.get(`/v1/items/${sku}`)).body;
};
const place = async (sku: string, location: string): Promise<any> =>
  (await shown(sku)).locations.find((row: { location: string }) => row.location === location);
const available = async (channel: string, listing: string): Promise<number> => {
  await onhand.settle();
  return (await onhand.get(`/v1/channels/${channel}/availability/${listing}`)).body.available;
};
const order = async (channel: string, id: string): Promise<any> => {
  await onhand.settle();
  return (await onhand.get(`/v1/channels/${channel}/orders/${id}`)).body;
};
/** For what happens by itself, soon. */
async function eventually(check: () => Promise<void>): Promise<void> {
  for (const deadline = Date.now() + 5_000; ; await pause(20)) {
    try {
      return await check();
    } catch (failure) {
      if (Date.now() > deadline) throw failure;
    }
  }
}
const exceptions = async (query: string): Promise<any[]> => {
  await onhand.settle();
  return (await onhand.get(`/v1/exceptions?${query}`)).body.items;
};

describe('a message', () => {
  it('is accepted once and a duplicate ever after', async () => {
    const sku = await item({ shop: 10 });
    const data = { saleId: `s-${sku}`, location: 'shop', lines: [{ sku, quantity: 3 }] };
    const time = ago(1);
    const first = await onhand.tell('till', 'sale.completed', data, { id: `once-${sku}`, time });
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({ outcome: 'accepted', source: 'till', id: `once-${sku}` });
    const again = await onhand.tell('till', 'sale.completed', data, { id: `once-${sku}`, time });
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({ outcome: 'duplicate', position: first.body.position });
    expect((await place(sku, 'shop')).onHand.sellable).toBe(7);
  });

  it('under a taken id with other content is refused, and changes nothing', async () => {
    const sku = await item({ shop: 10 });
    const tell = (quantity: number) =>
      onhand.tell(
        'till',
        'sale.completed',
        { saleId: `s-${sku}`, location: 'shop', lines: [{ sku, quantity }] },
        { id: `two-${sku}` },
      );
    expect((await tell(1)).status).toBe(201);
    const other = await tell(2);
    expect(other.status).toBe(409);
    expect(other.body.code).toBe('ID_REUSED_WITH_DIFFERENT_CONTENT');
    expect((await place(sku, 'shop')).onHand.sellable).toBe(9);
  });

  it('has its lines named from "1", key order and defaults aside', async () => {
    const sku = await item({ shop: 5 });
    const time = ago(1);
    const id = `same-${sku}`;
    await onhand.tell(
      'till',
      'sale.completed',
      { saleId: id, location: 'shop', lines: [{ sku, quantity: 1 }] },
      { id, time },
    );
    const again = await onhand.tell(
      'till',
      'sale.completed',
      { lines: [{ quantity: 1, line: '1', sku }], location: 'shop', saleId: id },
      { id, time },
    );
    expect(again.body.outcome).toBe('duplicate');
  });

  it('from an unknown source is refused and counted', async () => {
    const answer = await onhand.tell('nobody', 'stock.received', {
      documentId: 'x',
      location: 'east',
      lines: [{ sku: 'X', quantity: 1 }],
    });
    expect([answer.status, answer.body.code]).toEqual([403, 'UNKNOWN_SOURCE']);
    await onhand.settle();
    const { body } = await onhand.get('/v1/completeness');
    expect(body.items.find((row: any) => row.source === '(unknown)').rejected).toBeGreaterThan(0);
  });

  it('among many stands alone', async () => {
    const sku = await item({ shop: 5 });
    const message = (id: string, quantity: unknown) => ({
      id,
      source: 'till',
      type: 'sale.completed',
      time: ago(1),
      data: { saleId: id, location: 'shop', lines: [{ sku, quantity }] },
    });
    const { status, body } = await onhand.post('/v1/events', [
      message(`a-${sku}`, 1),
      message(`b-${sku}`, '1'),
      message(`a-${sku}`, 1),
    ]);
    expect(status).toBe(200);
    expect(body.results.map((result: any) => result.outcome)).toEqual(['accepted', 'rejected', 'duplicate']);
    expect(body.results[1].error.code).toBe('WRONG_TYPE');
    expect(body.counts).toEqual({ accepted: 1, duplicate: 1, parked: 0, rejected: 1 });
  });

  it('waits for its item and is posted with its own time once it exists', async () => {
    const time = ago(30);
    const parked = await onhand.tell(
      'web',
      'order.placed',
      { orderId: 'o-late', lines: [{ sku: 'LATE-1', quantity: 2 }] },
      { time },
    );
    expect(parked.status).toBe(202);
    expect(parked.body.parked).toMatchObject([{ line: '1', code: 'ITEM_UNKNOWN' }]);
    expect((await order('web', 'o-late')).status).toBe('pending');
    await onhand.put('/v1/items/LATE-1', { name: 'Late' });
    await eventually(async () => expect((await order('web', 'o-late')).status).toBe('open'));
    const { status, lines } = await order('web', 'o-late');
    expect(status).toBe('open');
    expect(lines).toMatchObject([{ line: '1', sku: 'LATE-1', ordered: 2, open: 2, parked: false }]);
    expect((await shown('LATE-1')).totals.committed).toBe(2);
    const { body } = await onhand.get('/v1/parked');
    expect(body.items.filter((row: any) => row.messageId === parked.body.id)).toEqual([]);
  });
});

describe('an order', () => {
  it('is committed, shipped, returned, refunded and closed', async () => {
    const sku = await item({ east: 10 });
    const orderId = `o-${sku}`;
    await onhand.tell(
      'web',
      'order.placed',
      { orderId, lines: [{ line: '1', sku, quantity: 4 }] },
      { time: ago(50) },
    );
    expect((await place(sku, 'east')).committed).toBe(4);
    expect(await available('web', sku)).toBe(6);
    await onhand.tell(
      'wms',
      'order.shipped',
      {
        orderId,
        channel: 'web',
        shipmentId: 's1',
        location: 'east',
        tracking: { carrier: 'DHL', number: '1' },
        lines: [{ line: '1', sku, quantity: 3 }],
      },
      { time: ago(40) },
    );
    expect((await order('web', orderId)).status).toBe('partially_shipped');
    await onhand.tell('web', 'order.cancelled', { orderId }, { time: ago(30) });
    let view = await order('web', orderId);
    expect(view).toMatchObject({
      status: 'shipped',
      lines: [{ ordered: 4, shipped: 3, cancelled: 1, open: 0 }],
    });
    expect(view.shipments).toHaveLength(1);
    await onhand.tell(
      'web',
      'order.returned',
      { orderId, returnId: 'r1', location: 'shop', lines: [{ sku, quantity: 3, disposition: 'damaged' }] },
      { time: ago(20) },
    );
    view = await order('web', orderId);
    expect(view).toMatchObject({ status: 'closed', lines: [{ returned: 3 }] });
    const item1 = await shown(sku);
    expect(item1.totals).toMatchObject({ onHand: 10, sellable: 7, committed: 0 });
  });

  it('has the same end whatever arrives first', async () => {
    const orderings = [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [1, 3, 0, 2],
      [2, 0, 3, 1],
    ];
    const ends = [];
    for (const ordering of orderings) {
      const sku = await item({ east: 10 });
      const orderId = `perm-${sku}`;
      const facts = [
        () =>
          onhand.tell(
            'web',
            'order.placed',
            { orderId, lines: [{ line: '1', sku, quantity: 5 }] },
            { time: ago(50) },
          ),
        () =>
          onhand.tell(
            'web',
            'order.shipped',
            { orderId, shipmentId: 's', location: 'east', lines: [{ line: '1', sku, quantity: 2 }] },
            { time: ago(40) },
          ),
        () => onhand.tell('web', 'order.cancelled', { orderId }, { time: ago(30) }),
        () =>
          onhand.tell(
            'web',
            'order.changed',
            { orderId, lines: [{ line: '1', sku, quantity: 7 }] },
            { time: ago(20) },
          ),
      ];
      for (const index of ordering) await facts[index]!();
      const { status, lines } = await order('web', orderId);
      ends.push(JSON.stringify([status, { ...lines[0], sku: '' }, (await shown(sku)).totals]));
    }
    expect(new Set(ends).size).toBe(1);
    expect(ends[0]).toContain('"open":2');
  });

  it('flags what cannot be right, and clears it when a later fact cures it', async () => {
    const sku = await item({ east: 10 });
    const orderId = `odd-${sku}`;
    const returned = await onhand.tell(
      'web',
      'order.returned',
      { orderId, returnId: 'r', location: 'east', lines: [{ sku, quantity: 2 }] },
      { time: ago(10) },
    );
    expect(returned.body.flags).toContain('unlinked-return');
    expect((await place(sku, 'east')).onHand.sellable).toBe(12);
    await onhand.tell('web', 'order.placed', { orderId, lines: [{ sku, quantity: 1 }] }, { time: ago(30) });
    await onhand.tell(
      'web',
      'order.shipped',
      { orderId, shipmentId: 's', location: 'east', lines: [{ sku, quantity: 1 }] },
      { time: ago(20) },
    );
    expect((await place(sku, 'east')).onHand.sellable).toBe(10);
    const open = await exceptions(`state=open&sku=${sku}`);
    expect(open.map((row) => [row.kind, row.quantity])).toEqual([['over-return', 1]]);
    expect(open[0]).toMatchObject({ orderId, channel: 'web' });
  });
});

describe('the last unit', () => {
  it('is promised to both channels that sold it, and the second is shown with the claims', async () => {
    const sku = await item({ east: 1 });
    await onhand.tell(
      'web',
      'order.placed',
      { orderId: `a-${sku}`, lines: [{ sku, quantity: 1 }] },
      { time: ago(2) },
    );
    await onhand.tell(
      'market',
      'order.placed',
      { orderId: `b-${sku}`, lines: [{ sku, quantity: 1 }] },
      { time: ago(1) },
    );
    const [oversell, ...others] = await exceptions(`kind=oversell&state=open&sku=${sku}`);
    expect(others).toEqual([]);
    expect(oversell).toMatchObject({
      kind: 'oversell',
      location: 'east',
      channel: 'market',
      orderId: `b-${sku}`,
      quantity: 1,
    });
    expect(oversell.claims.map((claim: any) => claim.orderId).sort()).toEqual([`a-${sku}`, `b-${sku}`]);
    expect(await available('web', sku)).toBe(0);
    await onhand.tell('wms', 'stock.received', {
      documentId: `more-${sku}`,
      location: 'east',
      lines: [{ sku, quantity: 5 }],
    });
    expect(await exceptions(`kind=oversell&state=open&sku=${sku}`)).toEqual([]);
  });

  it('is reserved by exactly one of many', async () => {
    const sku = await item({ east: 1 });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        onhand.post('/v1/reservations', {
          reservationId: `r-${sku}-${index}`,
          channel: index % 2 ? 'web' : 'market',
          lines: [{ sku, quantity: 1 }],
          expiresInSeconds: 60,
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused).toHaveLength(39);
    expect(refused[0]!.body).toMatchObject({
      code: 'INSUFFICIENT_STOCK',
      shortages: [{ sku, requested: 1, available: 0 }],
    });
  });
});

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
    await new Promise((resolve) => setTimeout(resolve, 5));
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

  it('a hold expires by itself, at most a second late', async () => {
    const sku = await item({ east: 5 });
    await onhand.post('/v1/reservations', {
      reservationId: `exp-${sku}`,
      channel: 'web',
      lines: [{ sku, quantity: 5 }],
      expiresInSeconds: 1,
    });
    expect(await available('web', sku)).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 2_050));
    expect((await onhand.get(`/v1/reservations/exp-${sku}`)).body.state).toBe('expired');
    expect(await available('web', sku)).toBe(5);
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
    const move = await onhand.post(`/v1/items/${sku}/reallocations`, {
      reallocationId: `m-${sku}`,
      channel: 'web',
      orderId: `re-${sku}`,
      line: '1',
      from: 'east',
      to: 'shop',
      quantity: 2,
    });
    expect(move.status).toBe(201);
    expect([(await place(sku, 'east')).committed, (await place(sku, 'shop')).committed]).toEqual([1, 2]);
    const tooMuch = await onhand.post(`/v1/items/${sku}/reallocations`, {
      reallocationId: `n-${sku}`,
      channel: 'web',
      orderId: `re-${sku}`,
      line: '1',
      from: 'east',
      to: 'shop',
      quantity: 2,
    });
    expect([tooMuch.status, tooMuch.body.code]).toEqual([409, 'INSUFFICIENT_COMMITMENT']);
  });
});
