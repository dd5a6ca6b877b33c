import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { READ_EVENTS_MAX } from '#event-store';
import { UNIT } from '#kernel';
import { turnsDuring } from '../../libs/kernel/testing/turns-during.ts';
import { readSettings } from '../../src/environment.ts';
import { OnHand } from '../../src/service.ts';
import { until } from '../fixtures/waiting.ts';

const SALES = 2_000;
const PAGES = SALES / READ_EVENTS_MAX;

let directory: string;
let onhand: OnHand;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'onhand-turns-'));
  onhand = await OnHand.open(readSettings({ DATA_DIR: directory }));
  const { catalogDesk } = onhand.rooms;
  await catalogDesk.putLocation({ id: 'east', name: 'east', kind: 'warehouse', active: true });
  const web = { id: 'web', name: 'web', kind: 'storefront', lists: 'all', unknownItems: 'create' } as const;
  await catalogDesk.putChannel({ ...web, locations: ['east'] });
  await isShown();
  for (let first = 0; first < SALES; first += 500) await sell(first, 500);
  await isShown();
});
afterAll(async () => {
  await onhand.close();
  rmSync(directory, { recursive: true });
});

async function sell(first: number, count: number): Promise<void> {
  const sales = Array.from({ length: count }, (_, index) => {
    const id = `s-${first + index}`;
    const lines = [{ line: '1', sku: 'HOT', quantity: UNIT }];
    const data = { saleId: id, location: 'east', lines };
    return {
      message: { id, source: 'web', type: 'sale.completed', occurredAt: Date.now(), data } as const,
      raw: new Uint8Array(),
    };
  });
  await onhand.rooms.journal.accept(sales, { door: 'test' });
}

async function isShown(): Promise<void> {
  await until(async () => {
    const { posted, projected, head } = await onhand.status();
    return posted >= head && projected >= head;
  }, 'that all is posted and shown');
}

describe('an item of very many events', () => {
  it('is read while other work goes on', async () => {
    const turns = await turnsDuring(onhand.rooms.itemHistory.timeline('HOT', {}));
    expect(turns).toBeGreaterThanOrEqual(PAGES);
  });

  it('is lived again while other work goes on', async () => {
    const reading = await turnsDuring(onhand.rooms.itemHistory.stockAt('HOT', {}));
    const turns = await turnsDuring(onhand.rooms.listingHistory.numberAt('web', 'HOT', Infinity));
    expect(turns).toBeGreaterThanOrEqual(reading + PAGES);
  });
});
