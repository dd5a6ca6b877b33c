import { jest } from '@jest/globals';
import { type Answer, Service } from '../e2e/service.ts';
import { StoreServer } from '../fixtures/store-server.ts';
import { until } from '../fixtures/waiting.ts';

jest.setTimeout(300_000);

async function openShop(service: Service): Promise<void> {
  await service.put('/v1/locations/east', { kind: 'warehouse' });
  await service.put('/v1/sources/wms', { kind: 'warehouse' });
  await service.put('/v1/channels/web', { kind: 'storefront', locations: ['east'], lists: 'all' });
  const data = { documentId: 'opening', location: 'east', lines: [{ sku: 'MUG', quantity: 100 }] };
  expect((await service.tell('wms', 'stock.received', data)).status).toBe(201);
  await service.settle();
}

const time = new Date().toISOString();
const sell = (service: Service, orderId: string): Promise<Answer> => {
  const data = { orderId, lines: [{ sku: 'MUG', quantity: 1 }] };
  return service.tell('web', 'order.placed', data, { id: orderId, time });
};

const available = async (service: Service): Promise<number> =>
  (await service.get('/v1/channels/web/availability/MUG')).body.available;

describe('a service whose event store', () => {
  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    'goes away (%s) and comes back says so, answers reads meanwhile, and goes on by itself',
    async (how) => {
      const service = await Service.startOnServer();
      const store = service.store!;
      try {
        await openShop(service);
        await store.send(how);
        const asked = sell(service, 'o-1');
        expect(await available(service)).toBe(100);
        const ready = await service.get('/health/ready');
        expect(ready.status).toBe(503);
        expect(ready.body.error.store).toEqual({
          status: 'down',
          why: expect.stringMatching(/does not answer/),
        });
        expect((await service.get('/health/live')).status).toBe(200);
        // Its append is tried again, but not for ever: the store is still away.
        expect(await asked).toMatchObject({ status: 503, body: { code: 'STORE_UNAVAILABLE' } });

        if (how === 'SIGKILL') await store.run();
        else await store.send('SIGCONT');
        await until(async () => (await service.get('/health/ready')).status === 200, 'ready');
        const { status, body } = await sell(service, 'o-1');
        expect([status, body.outcome]).toEqual([
          expect.any(Number),
          expect.stringMatching(/accepted|duplicate/),
        ]);
        expect((await sell(service, 'o-2')).status).toBe(201);
        await service.settle();
        expect(await available(service)).toBe(98);
      } finally {
        await store.send('SIGCONT');
        await service.stop();
      }
    },
  );

  it('is not there yet waits for it, and answers why', async () => {
    const store = await StoreServer.start();
    await store.send('SIGKILL');
    const service = await Service.notYet({ EVENT_STORE: store.url });
    try {
      const begun = service.run();
      await until(async () => (await service.get('/health/live')).status === 200, 'alive');
      const ready = await service.get('/health/ready');
      expect(ready).toMatchObject({ status: 503, body: { error: { store: { status: 'down' } } } });
      expect(ready.body.error.store.why).toMatch(/No event store answers/);
      expect((await sell(service, 'o-1')).body).toMatchObject({ code: 'STORE_UNAVAILABLE' });
      await store.run();
      await begun;
      await openShop(service);
      expect((await sell(service, 'o-1')).status).toBe(201);
    } finally {
      await service.stop();
      store.stop();
    }
  });
});
