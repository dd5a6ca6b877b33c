import { jest } from '@jest/globals';
import { type Answer, Service } from '../e2e/service.ts';
import { onHand } from '../fixtures/process.ts';

jest.setTimeout(300_000);

const ITEMS = ['MUG', 'BOWL', 'LAMP'];
const OPENING_UNITS = 1_000;
const SCARCE_UNITS = 10;
const ROUNDS = 40;
const time = new Date().toISOString();

let [one, two]: Service[] = [];
const services = (): readonly Service[] => [one!, two!];
const either = (number: number): Service => services()[number % 2]!;

beforeAll(async () => {
  one = await Service.startOnServer();
  two = await Service.start({ EVENT_STORE: one.store!.url });
  await one.put('/v1/locations/east', { kind: 'warehouse' });
  await one.put('/v1/sources/wms', { kind: 'warehouse' });
  await one.put('/v1/channels/web', { kind: 'storefront', locations: ['east'], lists: 'all' });
  const stock = [...ITEMS.map((sku) => [sku, OPENING_UNITS] as const), ['SCARCE', SCARCE_UNITS] as const];
  const lines = stock.map(([sku, quantity]) => ({ sku, quantity }));
  const { body } = await one.tell('wms', 'stock.received', {
    documentId: 'opening',
    location: 'east',
    lines,
  });
  for (const service of services()) await service.get(`/v1/items/MUG?atLeast=${body.position}`);
  await one.settle();
  await two.settle();
});
afterAll(async () => {
  await two?.stop();
  await one?.stop();
});

const order = (service: Service, orderId: string, sku: string): Promise<Answer> =>
  service.tell('web', 'order.placed', { orderId, lines: [{ sku, quantity: 1 }] }, { id: orderId, time });

/** Both over one log with nothing else in common: no two of them take turns. */
describe('two processes over one log', () => {
  it('take each message once, though it comes to both at the same time', async () => {
    const told = await Promise.all(
      Array.from({ length: ROUNDS }, (_, n) => {
        const sku = ITEMS[n % ITEMS.length]!;
        return Promise.all(services().map((service) => order(service, `o-${n}`, sku)));
      }),
    );
    for (const answers of told) expect(answers.map(({ status }) => status).sort()).toEqual([200, 201]);
  });

  it('never reserve more than there is, though both are asked at once', async () => {
    const asked = await Promise.all(
      Array.from({ length: 3 * SCARCE_UNITS }, (_, n) =>
        either(n).post('/v1/reservations', {
          reservationId: `r-${n}`,
          channel: 'web',
          lines: [{ sku: 'SCARCE', quantity: 1 }],
          expiresInSeconds: 600,
        }),
      ),
    );
    const held = asked.filter(({ status }) => status === 201);
    expect(held.length).toBe(SCARCE_UNITS);
    const refused = asked.filter(({ status }) => status !== 201).map(({ body }) => body.code);
    expect(new Set(refused)).toEqual(new Set(['INSUFFICIENT_STOCK']));
  });

  it('carry out one request once, though it is made of both', async () => {
    const request = {
      reservationId: 'same',
      channel: 'web',
      lines: [{ sku: 'MUG', quantity: 2 }],
      expiresInSeconds: 600,
    };
    const answers = await Promise.all(services().map((service) => service.post('/v1/reservations', request)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 201]);
    const changed = { adjustmentId: 'a-1', location: 'east', change: 5, reason: 'found', actor: 'me' };
    const adjusted = await Promise.all(
      services().map((service) => service.post('/v1/items/BOWL/adjustments', changed)),
    );
    expect(adjusted.map(({ status }) => status).sort()).toEqual([200, 201]);
  });

  it('read what the other has written, where its position is asked for', async () => {
    for (let round = 0; round < 10; round++) {
      const { position } = (await either(round).put('/v1/items/NEW', { name: `round ${round}` })).body;
      const { body } = await either(round + 1).get(`/v1/items/NEW?atLeast=${position}`);
      expect(body.name).toBe(`round ${round}`);
    }
    const cursors = await one!.get('/v1/items?limit=2');
    const next = await two!.get(`/v1/items?limit=2&cursor=${encodeURIComponent(cursors.body.next)}`);
    expect(next.status).toBe(200);
  });

  it('take over from each other: one is killed at work, and everything goes on', async () => {
    const orders = Array.from({ length: ROUNDS }, (_, n) =>
      order(two!, `late-${n}`, 'LAMP').catch(() => undefined),
    );
    await Promise.race(orders);
    await two!.end('SIGKILL');
    await Promise.all(orders);
    for (let n = 0; n < ROUNDS; n++) {
      const { status } = await order(one!, `late-${n}`, 'LAMP');
      expect([200, 201]).toContain(status);
    }
    await two!.run();
  });

  it('answer the same in the end, to the version, and it adds up', async () => {
    for (const service of services()) await service.settle();
    const [here, there] = await Promise.all(
      services().map(async (service) => [
        (await service.get('/v1/items')).body.items,
        (await service.get('/v1/channels/web/availability')).body.items,
      ]),
    );
    expect(here).toEqual(there);
    const placed = ITEMS.map((_, index) => Math.ceil((ROUNDS - index) / ITEMS.length));
    const lamp = (await one!.get('/v1/items/LAMP')).body.totals;
    expect(lamp).toMatchObject({ onHand: OPENING_UNITS, committed: placed[2]! + ROUNDS });
    const bowl = (await one!.get('/v1/items/BOWL')).body.totals;
    expect(bowl).toMatchObject({ onHand: OPENING_UNITS + 5, committed: placed[1] });
    expect((await one!.get('/v1/items/MUG')).body.totals).toMatchObject({
      committed: placed[0],
      reserved: 2,
    });
    for (const { env } of services()) {
      const { exitCode, stdout } = await onHand(['verify', '--json'], env);
      expect([exitCode, stdout]).toEqual([0, expect.stringContaining('"ok":true')]);
    }
  });
});
