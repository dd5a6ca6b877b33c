import { Service } from './service.ts';

/** The shop of one spec file: a real service with three places, two sources and three channels. */
export let onhand: Service;
const LOCATIONS = ['east', 'west', 'shop'];

/** `marketLists`: every item, or what is named. */
export function openShop(marketLists: 'all' | 'listed' = 'all'): void {
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
      lists: marketLists,
    });
    await onhand.put('/v1/channels/till', { name: 'Till', kind: 'pos', locations: ['shop'], lists: 'all' });
  });
  afterAll(() => onhand.stop());
}

let items = 0;
/** A fresh item with stock, so that scenarios do not meet. */
export async function item(stock: Record<string, number> = {}, definition: object = {}): Promise<string> {
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
export const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
export const shown = async (sku: string): Promise<any> => {
  await onhand.settle();
  return (await onhand.get(`/v1/items/${sku}`)).body;
};
export const place = async (sku: string, location: string): Promise<any> =>
  (await shown(sku)).locations.find((row: { location: string }) => row.location === location);
export const available = async (channel: string, listing: string): Promise<number> => {
  await onhand.settle();
  return (await onhand.get(`/v1/channels/${channel}/availability/${encodeURIComponent(listing)}`)).body
    .available;
};
export const order = async (channel: string, id: string): Promise<any> => {
  await onhand.settle();
  return (await onhand.get(`/v1/channels/${channel}/orders/${id}`)).body;
};
export const exceptions = async (query: string): Promise<any[]> => {
  await onhand.settle();
  return (await onhand.get(`/v1/exceptions?${query}`)).body.items;
};
