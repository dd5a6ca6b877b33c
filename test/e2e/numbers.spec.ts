import { OpenFeed } from '../fixtures/open-feed.ts';
import { until } from '../fixtures/waiting.ts';
import { pause } from './service.ts';
import { available, item, onhand, openShop } from './shop.ts';

/** What a channel may sell, how it is told, and why: through the public door. */
openShop('listed');

const number = async (channel: string, listing: string): Promise<any> => {
  await onhand.settle();
  return (await onhand.get(`/v1/channels/${channel}/availability/${encodeURIComponent(listing)}`)).body;
};
const policy = async (scope: string, body: object): Promise<any> => {
  const answer = await onhand.put(`/v1/policies/${encodeURIComponent(scope)}`, body);
  expect([200, 201]).toContain(answer.status);
  return answer.body;
};

describe('the number a channel may sell', () => {
  it('is the sum over its active locations, less buffers, in percent, capped, rounded down', async () => {
    const sku = await item({ east: 10, west: 5 });
    expect(await available('web', sku)).toBe(15);
    await policy(`item:${sku}`, { safetyStock: 1, locationSafetyStock: { east: 2 } });
    expect(await available('web', sku)).toBe(12);
    await policy(`listing:web:${sku}`, { buffer: 1, percent: 90 });
    expect(await available('web', sku)).toBe(9);
    await policy(`listing:web:${sku}`, { buffer: 1, percent: 90, cap: 4 });
    expect(await available('web', sku)).toBe(4);
    await policy(`listing:web:${sku}`, { stopAt: 12 });
    expect(await available('web', sku)).toBe(0);
  });

  it('takes each field from the most specific scope that sets it; 0 is set, null is not', async () => {
    const sku = await item({ east: 10 }, { category: 'tea' });
    await policy('category:tea', { buffer: 5, cap: 8 });
    expect(await available('web', sku)).toBe(5);
    await policy(`item:${sku}`, { buffer: 0, cap: null });
    expect(await available('web', sku)).toBe(8);
    await policy('category:tea', {});
    await policy(`item:${sku}`, {});
    expect(await available('web', sku)).toBe(10);
  });

  it('of a listing is in its own units, of a kit what its components make', async () => {
    const [cup, saucer] = [await item({ east: 9 }), await item({ east: 4 })];
    await onhand.put('/v1/channels/market/listings/six-cups', { sku: cup, unitsPer: 6 });
    expect(await available('market', 'six-cups')).toBe(1);
    const kit = await item(
      {},
      {
        components: [
          { sku: cup, quantity: 2 },
          { sku: saucer, quantity: 1 },
        ],
      },
    );
    expect(await available('web', kit)).toBe(4);
    await onhand.tell('web', 'order.placed', { orderId: `k-${kit}`, lines: [{ sku: kit, quantity: 2 }] });
    expect([
      await available('web', kit),
      await available('web', cup),
      await available('web', saucer),
    ]).toEqual([2, 5, 2]);
    const counted = await onhand.tell('wms', 'stock.counted', {
      documentId: `kc-${kit}`,
      location: 'east',
      lines: [{ sku: kit, quantity: 1 }],
    });
    expect([counted.status, counted.body.code]).toEqual([422, 'NOT_ALLOWED_FOR_KIT']);
  });

  it('has exact decimals', async () => {
    const sku = await item({ east: 10.55 }, { decimals: 2 });
    await policy(`item:${sku}`, { percent: 33.3 });
    expect(await available('web', sku)).toBe(3.51);
    const tooFine = await onhand.tell('wms', 'stock.received', {
      documentId: `f-${sku}`,
      location: 'east',
      lines: [{ sku, quantity: 0.125 }],
    });
    expect([tooFine.status, tooFine.body.code ?? tooFine.body.errors?.[0]?.code]).toEqual([
      400,
      'QUANTITY_TOO_PRECISE',
    ]);
  });

  it('leaves what is ring-fenced to its channel, and what that channel sold is gone from the fence', async () => {
    const sku = await item({ east: 10 });
    await onhand.put(`/v1/channels/market/listings/ring-${sku}`, { sku });
    await policy(`item:${sku}`, { allocations: { market: 6 } });
    expect([await available('web', sku), await available('market', `ring-${sku}`)]).toEqual([4, 10]);
    await onhand.tell('market', 'order.placed', { orderId: `rf-${sku}`, lines: [{ sku, quantity: 2 }] });
    expect([await available('web', sku), await available('market', `ring-${sku}`)]).toEqual([4, 8]);
    await onhand.tell('market', 'order.shipped', {
      orderId: `rf-${sku}`,
      shipmentId: 's',
      location: 'east',
      lines: [{ sku, quantity: 2 }],
    });
    expect([await available('web', sku), await available('market', `ring-${sku}`)]).toEqual([4, 8]);
  });

  it('counts no inactive location', async () => {
    await onhand.put('/v1/locations/annex', { name: 'Annex', kind: 'warehouse', active: true });
    await onhand.put('/v1/channels/social', {
      name: 'S',
      kind: 'social',
      locations: ['annex', 'east'],
      lists: 'all',
    });
    const sku = await item({ annex: 3, east: 2 });
    expect(await available('social', sku)).toBe(5);
    await onhand.put('/v1/locations/annex', { name: 'Annex', kind: 'warehouse', active: false });
    expect(await available('social', sku)).toBe(2);
    expect((await number('web', sku)).available).toBe(2);
  });
});

describe('a policy', () => {
  it('previews exactly what applying it does', async () => {
    const sku = await item({ east: 10 });
    const body = { buffer: 3 };
    const preview = await onhand.post('/v1/policies/preview', { scope: `item:${sku}`, ...body });
    expect(preview.body.items).toContainEqual({ channel: 'web', listing: sku, from: 10, to: 7 });
    const before = (await number('web', sku)).version;
    const { position } = await policy(`item:${sku}`, body);
    expect(await number('web', sku)).toMatchObject({ available: 7, version: position });
    expect(position).toBeGreaterThan(before);
    expect((await policy(`item:${sku}`, body)).position).toBe(position);
  });

  it('takes effect when its time comes, as an event of its own', async () => {
    const sku = await item({ east: 10 });
    const effectiveAt = new Date(Date.now() + 1_200).toISOString();
    const { position } = await policy(`item:${sku}`, { buffer: 4, effectiveAt });
    await until(async () => (await available('web', sku)) !== 10, 'in force');
    const after = await number('web', sku);
    expect(after.available).toBe(6);
    expect(after.version).toBeGreaterThan(position);
    expect(Date.parse(after.recordedAt)).toBeGreaterThanOrEqual(Date.parse(effectiveAt));
  });
});

describe('history', () => {
  it('explains a number down to its events, and tells why it changed', async () => {
    const sku = await item({ east: 10 });
    await policy(`item:${sku}`, { buffer: 2 });
    await onhand.settle();
    const from = new Date().toISOString();
    await pause(5);
    await onhand.tell('web', 'order.placed', { orderId: `e-${sku}`, lines: [{ sku, quantity: 3 }] });
    const now = await number('web', sku);
    await pause(5);
    const { body } = await onhand.get(`/v1/channels/web/availability/${sku}/explain`);
    expect(body).toMatchObject({ available: 5, version: now.version });
    const value = (name: string) =>
      body.terms
        .filter((term: any) => term.name === name)
        .reduce((sum: number, term: any) => sum + term.value, 0);
    expect([value('sellable'), value('committed'), value('buffer')]).toEqual([10, 3, 2]);
    expect(body.policies).toContainEqual(
      expect.objectContaining({ scope: `item:${sku}`, field: 'buffer', value: 2 }),
    );
    const then = await onhand.get(
      `/v1/channels/web/availability/${sku}/explain?knownAt=${encodeURIComponent(from)}`,
    );
    expect(then.body.available).toBe(8);
    const known = await onhand.get(
      `/v1/channels/web/availability/${sku}?knownAt=${encodeURIComponent(from)}`,
    );
    expect(known.body.available).toBe(8);
    const to = new Date().toISOString();
    const changes = await onhand.get(
      `/v1/channels/web/availability/${sku}/changes?from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`,
    );
    expect(changes.body.changes.map((change: any) => [change.cause, change.delta])).toEqual([['order', -3]]);
    expect(changes.body.to.available - changes.body.from.available).toBe(-3);
  });

  it('explains the 0 of what a channel offers no more by the event that took it out', async () => {
    const sku = await item({ east: 4 });
    const kiosk = { name: 'Kiosk', kind: 'pos', locations: ['east'] };
    await onhand.put('/v1/channels/kiosk', { ...kiosk, lists: 'all' });
    expect(await available('kiosk', sku)).toBe(4);
    const { position } = (await onhand.put('/v1/channels/kiosk', { ...kiosk, lists: 'listed' })).body;
    const path = `/v1/channels/kiosk/availability/${sku}/explain?atLeast=${position}`;

    expect(await onhand.get(path)).toMatchObject({
      status: 200,
      body: {
        available: 0,
        version: position,
        terms: [{ name: 'sellable', value: 0, events: [{ position, message: null }] }],
        policies: [],
      },
    });
  });

  it('accounts for every message told', async () => {
    await onhand.settle();
    const { body } = await onhand.get('/v1/completeness');
    for (const row of body.items) {
      expect(row.received).toBe(row.accepted + row.duplicate + row.parked + row.rejected);
    }
    const status = (await onhand.get('/v1/status')).body;
    const sum = (name: string) => body.items.reduce((total: number, row: any) => total + row[name], 0);
    expect(status.counts).toEqual({
      received: sum('received'),
      accepted: sum('accepted'),
      duplicate: sum('duplicate'),
      parked: sum('parked'),
      rejected: sum('rejected'),
    });
  });
});

describe('telling', () => {
  it('answers what changed after a version, newest only', async () => {
    const [one, two] = [await item({ east: 1 }), await item({ east: 2 })];
    const { version } = await number('web', two);
    await onhand.tell('wms', 'stock.received', {
      documentId: `more-${one}`,
      location: 'east',
      lines: [{ sku: one, quantity: 5 }],
    });
    await onhand.tell('wms', 'stock.received', {
      documentId: `more2-${one}`,
      location: 'east',
      lines: [{ sku: one, quantity: 5 }],
    });
    await onhand.settle();
    const { body } = await onhand.get(`/v1/channels/web/availability?after=${version}`);
    expect(body.items).toMatchObject([{ channel: 'web', listing: one, sku: one, available: 11 }]);
    expect(body.next).toBeNull();
  });

  it('streams every listing once, then live, and resumes after the very event', async () => {
    const sku = await item({ east: 1 });
    const feed = await OpenFeed.open(`${onhand.url}/v1/channels/web/feed?after=0`);
    const all = await feed.next((event) => event.data.listing === sku);
    expect(all.data.available).toBe(1);
    await onhand.tell('web', 'order.placed', { orderId: `f-${sku}`, lines: [{ sku, quantity: 1 }] });
    const seen = await feed.next(
      (event) => event.event === 'order.updated' && event.data.orderId === `f-${sku}`,
    );
    expect(seen.data.status).toBe('open');
    feed.close();
    await onhand.tell('wms', 'stock.received', {
      documentId: `again-${sku}`,
      location: 'east',
      lines: [{ sku, quantity: 7 }],
    });
    const resumed = await OpenFeed.open(`${onhand.url}/v1/channels/web/feed`, seen.id);
    const next = await resumed.next(
      (event) =>
        event.event === 'availability.changed' && event.data.listing === sku && event.data.available === 7,
    );
    expect(next.data.version).toBeGreaterThan(0);
    resumed.close();
  });
});
