import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Message } from '#inventory';
import { type Clock, UNIT } from '#kernel';
import { readSettings } from '../../src/environment.ts';
import { OnHand } from '../../src/service.ts';
import { until } from '../fixtures/waiting.ts';

const START = Date.UTC(2026, 0, 5, 8);
const MINUTE = 60_000;

/** It is a minute later whenever anybody looks: whatever is posted, is posted long after it was told. */
class Hurrying implements Clock {
  #now = START;
  now = (): number => (this.#now += MINUTE);
}

let directory: string;
let onhand: OnHand;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'onhand-told-'));
  onhand = await OnHand.open(readSettings({ DATA_DIR: directory }), { clock: new Hurrying() });
  const { catalogDesk } = onhand.rooms;
  await catalogDesk.putLocation({ id: 'east', name: 'east', kind: 'warehouse', active: true });
  await catalogDesk.putSource({ id: 'wms', name: 'WMS', kind: 'warehouse', unknownItems: 'create' });
});
afterAll(async () => {
  await onhand.close();
  rmSync(directory, { recursive: true });
});

/** Tells of one unit more; answers when the journal had it, once it is posted too. */
async function receive(id: string): Promise<number> {
  const data = { documentId: id, location: 'east', lines: [{ line: '1', sku: 'A', quantity: UNIT }] };
  const message: Message = { id, source: 'wms', type: 'stock.received', occurredAt: START, data };
  const [outcome] = await onhand.rooms.journal.accept([{ message, raw: new Uint8Array() }], { door: 'test' });
  await until(async () => {
    const { posted, head } = await onhand.status();
    return posted >= head;
  }, 'that it is posted');
  const { position } = outcome as { position: number };
  return (await onhand.rooms.store.eventAt(position))!.recordedAt;
}

async function unitsKnownAt(knownAt: number): Promise<number> {
  const stock = await onhand.rooms.itemHistory.stockAt('A', { knownAt });
  return (stock?.places[0]?.onHand.sellable ?? 0) / UNIT;
}

describe('what was known of an item', () => {
  it('is what had been told by then, even if it was posted later', async () => {
    const told: number[] = [];
    for (let each = 1; each <= 20; each++) told.push(await receive(`r-${each}`));
    for (const [index, at] of told.entries()) {
      expect(await unitsKnownAt(at - 1)).toBe(index);
      expect(await unitsKnownAt(at)).toBe(index + 1);
    }
    const rows = await onhand.rooms.itemHistory.timeline('A', { knownAt: told[9]! });
    expect(rows.map(({ recordedAt }) => recordedAt).sort()).toEqual(told.slice(0, 10));
  });
});
