import type { Running } from '../http/harness.ts';

/** The merchant whom the catalogue's messages are told of. */
export async function setUp({ ask }: Pick<Running, 'ask'>): Promise<void> {
  await ask('PUT /v1/locations/east', { kind: 'warehouse' });
  await ask('PUT /v1/locations/closed', { kind: 'store', active: false });
  await ask('PUT /v1/sources/wms', { kind: 'warehouse' });
  await ask('PUT /v1/channels/web', { kind: 'storefront', locations: ['east'] });
  await ask('PUT /v1/channels/market', { kind: 'marketplace', locations: ['east'] });
  await ask('PUT /v1/items/A', { name: 'A' });
  await ask('PUT /v1/items/CAFÉ', { name: 'in composed letters' });
  await ask('PUT /v1/items/SET', { components: [{ sku: 'A', quantity: 2 }] });
}
