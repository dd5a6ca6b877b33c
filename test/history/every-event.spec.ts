import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStore, RecordedEvent } from '#event-store';
import { readMessageText, toArrival } from '#intake';
import { UNIT } from '#kernel';
import type { ReadModel } from '#read-model';
import { openReadModel } from '../../src/adapters.module.ts';
import { readSettings } from '../../src/environment.ts';
import { openPicture } from '../../src/picture.ts';
import { OnHand } from '../../src/service.ts';
import { until } from '../fixtures/waiting.ts';
import { atRest } from './at-rest.ts';

const NOON = Date.UTC(2026, 0, 5, 12);
const clock = { now: () => NOON };

let directory: string;
let onhand: OnHand;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'onhand-events-'));
  onhand = await OnHand.open(readSettings({ DATA_DIR: join(directory, 'data') }), { clock });
  await openShop();
  await sell();
  await makeUpForIt();
});
afterAll(async () => {
  await onhand.close();
  rmSync(directory, { recursive: true });
});

async function openShop(): Promise<void> {
  const { catalogDesk } = onhand.rooms;
  for (const id of ['shop', 'depot'])
    await catalogDesk.putLocation({ id, name: id, kind: 'store', active: true });
  const common = { kind: 'storefront', locations: ['shop', 'depot'] } as const;
  await catalogDesk.putSource({ id: 'wms', name: 'WMS', kind: 'warehouse', unknownItems: 'create' });
  await catalogDesk.putChannel({ id: 'till', name: 'Till', lists: 'all', unknownItems: 'create', ...common });
  const webhook = { url: 'https://example.com/hook', secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' };
  await catalogDesk.putChannel({
    ...{ id: 'web', name: 'Web', lists: 'listed', unknownItems: 'park', webhook },
    ...common,
  });
  await putItem('MUG');
  await putItem('CUP');
  await putItem('SET', [{ sku: 'MUG', quantity: 2 * UNIT }]);
  await list('RED', 'MUG');
  await list('GIFT', 'SET');
  await onhand.rooms.catalogDesk.putPolicy({ scope: 'item:MUG', fields: { allocations: { web: 5 * UNIT } } });
  await atRest(onhand);
}

const putItem = (sku: string, components: { sku: string; quantity: number }[] = []): Promise<unknown> =>
  onhand.rooms.catalogDesk.putItem({ sku, name: sku, decimals: 0, identifiers: [], components });
const list = (listing: string, sku: string): Promise<unknown> =>
  onhand.rooms.catalogDesk.putListing({ channel: 'web', listing, sku, unitsPer: UNIT });

/** What comes in and goes out, and all that can become of a message. */
async function sell(): Promise<void> {
  await tell('stock.received', { documentId: 'r1', location: 'shop' }, line('MUG', 20));
  await tell(
    'stock.expected',
    { documentId: 'e1', location: 'shop', expectedAt: '2026-02-01T00:00:00Z' },
    line('CUP', 9),
  );
  await tell('sale.completed', { saleId: 's1', location: 'shop' }, line('MUG', 1));
  await tell('sale.completed', { saleId: 's1', location: 'shop' }, line('MUG', 1));
  await tell('sale.completed', { saleId: 's2', location: 'shop' }, line('MUG', 0.5));
  await tell(
    'order.placed',
    { orderId: 'o1', channel: 'web' },
    line('MUG', 3),
    line('GHOST', 1),
    line('SHADE', 1),
  );
  await tell('order.placed', { orderId: 'o2', channel: 'web' }, line('GHOST', 0.5));
  await putItem('GHOST');
  await until(() => onhand.rooms.picture.journal.parkedCount() === 1, 'one line left');
  const [parked] = onhand.rooms.picture.journal.parked({ limit: 1 });
  await onhand.rooms.journal.dismissParked(parked!.id, { reason: 'a joke', actor: 'ada' });
  await tell(
    'order.shipped',
    { orderId: 'o1', channel: 'web', shipmentId: 'p1', location: 'shop' },
    line('MUG', 2),
  );
  await tell(
    'order.shipped',
    { orderId: 'o1', channel: 'web', shipmentId: 'p2', location: 'shop' },
    line('MUG', 1),
  );
  await tell(
    'order.returned',
    { orderId: 'o1', channel: 'web', returnId: 'b1', location: 'shop' },
    line('MUG', 1),
  );
  await list('RED', 'CUP');
  await tell('order.placed', { orderId: 'o3', channel: 'web' }, line('CUP', 4), line('SET', 1));
}

/** Counts, holds, corrections; exceptions that end. */
async function makeUpForIt(): Promise<void> {
  const { ledger } = onhand.rooms;
  for (const reservationId of ['h1', 'h2', 'h3']) {
    const lines = [{ sku: 'MUG', quantity: 2 * UNIT }];
    await ledger.reservations.reserve({
      reservationId,
      channel: 'till',
      lines,
      partial: false,
      expiresInSeconds: 60,
    });
  }
  await ledger.reservations.release('h1');
  await ledger.reservations.confirm('h2', { orderId: 'o4' });
  await tell('order.cancelled', { orderId: 'o3', channel: 'web' });
  await tell('stock.counted', { documentId: 'c1', location: 'shop' }, line('MUG', 9));
  await tell('stock.adjusted', { documentId: 'a1', location: 'shop', reason: 'lost' }, line('MUG', -1));
  await tell(
    'stock.moved',
    { documentId: 'm1', location: 'shop' },
    { ...line('MUG', 1), from: 'sellable', to: 'damaged' },
  );
  await tell('transfer.shipped', { transferId: 't1', from: 'shop', to: 'depot' }, line('MUG', 3));
  await tell('transfer.received', { transferId: 't1', from: 'shop', to: 'depot' }, line('MUG', 2));
  await tell('stock.received', { documentId: 'e1', location: 'shop' }, line('CUP', 3));
  await tell(
    'stock.snapshot',
    { documentId: 'n1', location: 'depot', asOf: new Date(NOON).toISOString(), complete: true },
    line('CUP', 2),
  );
  await tell('stock.shipped', { documentId: 'g1', location: 'depot' }, line('CUP', 7));
  const open = await onhand.rooms.picture.ledger.exceptions({ state: 'open' }, { limit: 1 });
  for (const { id } of open) {
    await ledger.corrections.resolveException(id, { reason: 'seen', actor: 'ada' });
  }
  await onhand.rooms.catalogDesk.putLocation({ id: 'depot', name: 'Depot', kind: 'store', active: false });
  await atRest(onhand);
}

const line = (sku: string, quantity: number) => ({ sku, quantity });
let told = 0;
const SOURCES: Record<string, string> = { sale: 'till', order: 'web' };

async function tell(type: string, data: object, ...lines: object[]): Promise<void> {
  const source = SOURCES[type.slice(0, type.indexOf('.'))] ?? 'wms';
  const id = 'saleId' in data ? String(data.saleId) : `m${++told}`;
  const time = new Date(NOON - 3_600_000 + told * 1_000).toISOString();
  const words = {
    id,
    source,
    type,
    time,
    sequence: 2 * told,
    data: lines.length > 0 ? { ...data, lines } : data,
  };
  await onhand.rooms.journal.accept([toArrival(readMessageText(JSON.stringify(words), NOON))], {
    door: 'test',
  });
  await atRest(onhand);
}

async function wholeLog(store: EventStore): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (let after = 0; ;) {
    const page = await store.readAll({ after });
    if (page.events.length === 0) return events;
    events.push(...page.events);
    after = page.position;
  }
}

describe('what an event changes', () => {
  it('is all in the file that is written behind it: whoever goes on from there comes to the same', async () => {
    const { store, readModel } = onhand.rooms;
    const events = await wholeLog(store);
    const types = new Set(events.map(({ type }) => type));
    for (const type of ['ParkedLinesReleased', 'ParkedLineDismissed', 'MessagesRepeated', 'MessageRejected'])
      expect(types).toContain(type);
    const begin = (): { readModel: ReadModel; apply: (event: RecordedEvent) => Promise<void> } => {
      const begun = openReadModel({ DATA_DIR: directory }, 'picture');
      const { folds } = openPicture({ readModel: begun, store });
      return {
        readModel: begun,
        apply: async (event) => {
          for (const fold of folds) await fold.apply(event);
        },
      };
    };
    for (const event of events) {
      const picture = begin();
      await picture.apply(event);
      picture.readModel.commit(event.position);
      picture.readModel.close();
    }
    const last = begin();
    expect(last.readModel.hash()).toBe(readModel.hash());
    last.readModel.close();
  });
});
