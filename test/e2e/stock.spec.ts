import { until } from '../fixtures/waiting.ts';
import { ago, available, exceptions, item, onhand, openShop, order, place, shown } from './shop.ts';

/** The contract's words on messages and orders, told through the public door and read back through it. */
openShop();

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
    const told = message(`a-${sku}`, 1);
    const { status, body } = await onhand.post('/v1/events', [told, message(`b-${sku}`, '1'), told]);
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
    await until(async () => (await order('web', 'o-late')).status === 'open', 'the order is open');
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
