import { conforming } from './conform.ts';
import { type Ask, type Running, startService } from './harness.ts';

/** A warehouse that tells of one place, and a channel that sells from there; every answer conforms. */
export async function openShop(): Promise<{ readonly running: Running; readonly ask: Ask }> {
  const running = await startService();
  const ask = await conforming(running.ask);
  await ask('PUT /v1/locations/east', { name: 'East', kind: 'warehouse' });
  await ask('PUT /v1/sources/wms', { kind: 'warehouse' });
  await ask('PUT /v1/channels/web', { kind: 'storefront', locations: ['east'] });
  return { running, ask };
}
