import { until } from '../fixtures/waiting.ts';
import { type Running, startService } from './harness.ts';

const HOUR_MS = 3_600_000;
const clock = { at: Date.parse('2026-11-02T12:00:00Z'), now: () => clock.at };
let running: Running;

beforeAll(async () => {
  running = await startService({ AUTH: 'off' }, { clock });
  const { ask } = running;
  await ask('PUT /v1/locations/east', { name: 'East', kind: 'warehouse' });
  await ask('PUT /v1/sources/wms', { name: 'wms', kind: 'warehouse' });
  await ask('PUT /v1/channels/web', {
    ...{ name: 'web', kind: 'storefront', locations: ['east'], lists: 'all' },
  });
});
afterAll(() => running.stop());

const receive = async (id: string, quantity: number): Promise<number> => {
  const { json } = await running.ask('POST /v1/events', {
    ...{ id, source: 'wms', type: 'stock.received', time: '2026-11-02T08:00:00Z' },
    data: { documentId: id, location: 'east', lines: [{ sku: 'MUG', quantity }] },
  });
  await until(async () => (await running.ask('GET /v1/status')).json.projected >= json.position, id);
  return json.position as number;
};

describe('after the clock was set back', () => {
  it('the changes of a number, up to now, end at the number as it is', async () => {
    await receive('m-1', 5);
    await receive('m-2', 3);
    await until(async () => {
      const { json } = await running.ask('GET /v1/channels/web/availability/MUG');
      return json.available === 8;
    }, 'both');
    clock.at -= HOUR_MS;
    const { json } = await running.ask('GET /v1/channels/web/availability/MUG/changes');
    expect(json.to).toEqual({ at: '2026-11-02T12:00:00.000Z', available: 8 });
    expect(json.changes.map(({ delta }: { delta: number }) => delta)).toEqual([5, 3]);
  });

  it('and on again by a day, nobody is a day behind', async () => {
    const { rooms } = running.service.onhand;
    await rooms.pause();
    await rooms.catalogDesk.putLocation({ id: 'west', name: 'West', kind: 'warehouse', active: true });
    const secondsBehind = async (): Promise<number> => (await running.service.onhand.status()).lag.seconds;
    await until(async () => (await secondsBehind()) > 0, 'somebody to be behind');
    clock.at += 24 * HOUR_MS;
    expect(await secondsBehind()).toBeLessThan(3_600);
    rooms.resume();
  });
});
