import { cursorKey } from '../../src/data-files.ts';
import { Cursors } from '../../src/http/cursor.ts';
import type { Ask, Running } from './harness.ts';
import { openShop } from './shop.ts';

/** A timeline is read in pages while facts come in that belong among the rows already read. */
let running: Running;
let ask: Ask;
beforeAll(async () => {
  ({ running, ask } = await openShop());
}, 60_000);
afterAll(() => running.stop());

let told = 0;
async function tell(sku: string, type: string, hour: number, data: object): Promise<void> {
  const id = `m-${++told}`;
  const time = `2026-11-01T${String(hour).padStart(2, '0')}:00:00Z`;
  const message = { id, source: 'wms', type, time, data: { documentId: id, location: 'east', ...data } };
  const { position } = (await ask('POST /v1/events', message)).json;
  await ask(`GET /v1/items/${sku}?atLeast=${position as number}`);
}

const receive = (sku: string, hour: number, disposition = 'sellable'): Promise<void> =>
  tell(sku, 'stock.received', hour, { lines: [{ sku, quantity: 1, disposition }] });

async function page(
  sku: string,
  cursor: string | null = null,
): Promise<{ rows: string[]; next: string | null }> {
  const more = cursor === null ? '' : `&cursor=${cursor}`;
  const { items, next } = (await ask(`GET /v1/items/${sku}/timeline?limit=2${more}`)).json;
  return { rows: items.map((row: any) => `${row.occurredAt.slice(11, 13)} ${row.kind}`), next };
}

it('shows no row twice where an earlier fact is told meanwhile', async () => {
  for (const hour of [8, 9, 10, 11]) await receive('MUG', hour);
  const first = await page('MUG');
  await receive('MUG', 7);
  expect([first.rows, await page('MUG', first.next)]).toMatchObject([
    ['08 receipt', '09 receipt'],
    { rows: ['10 receipt', '11 receipt'], next: null },
  ]);
});

it('leaves no row out where an earlier one is gone, even the one the page ended with', async () => {
  await receive('LID', 7);
  await receive('LID', 7, 'damaged');
  await receive('CUP', 7);
  const snapshot = { documentId: 'S', asOf: '2026-11-01T08:00:00Z' };
  const whole = { ...snapshot, complete: true, lines: [{ sku: 'CUP', quantity: 5 }] };
  await tell('LID', 'stock.snapshot', 8, whole);
  for (const hour of [9, 10]) await receive('LID', hour);
  const first = await page('LID');
  const second = await page('LID', first.next);
  expect(second.rows).toEqual(['08 snapshot', '08 snapshot']);
  await tell('LID', 'stock.snapshot', 8, { ...snapshot, lines: [{ sku: 'LID', quantity: 3 }] });
  expect(await page('LID', second.next)).toMatchObject({ rows: expect.arrayContaining(['09 receipt']) });
});

it('goes on behind a row with the longest names there may be', async () => {
  const [slug, id] = ['w'.repeat(63), '🦆'.repeat(128)];
  await ask(`PUT /v1/sources/${slug}`, { kind: 'warehouse' });
  await ask(`PUT /v1/locations/${slug}`, { name: 'Far', kind: 'warehouse' });
  const lines = [{ sku: 'DUCK', quantity: 1, disposition: 'inspection' }];
  for (const day of [1, 2, 3]) {
    const data = { documentId: id, location: slug, lines };
    const time = `2026-11-0${day}T08:00:00Z`;
    const message = { id: `${day}${id.slice(2)}`, source: slug, type: 'stock.received', time, data };
    const { position } = (await ask('POST /v1/events', message)).json;
    await ask(`GET /v1/items/DUCK?atLeast=${position as number}`);
  }
  const first = await page('DUCK');
  expect(await page('DUCK', first.next)).toEqual({ rows: ['08 receipt'], next: null });
});

it('begins again where a cursor was made before an upgrade, by a version that numbered the rows', async () => {
  for (const hour of [8, 9, 10]) await receive('JUG', hour);
  const sealed = new Cursors(cursorKey(running.directory));
  const cursor = sealed.seal(JSON.stringify(['timeline', 'JUG', undefined, undefined]), '2');
  const answer = await ask(`GET /v1/items/JUG/timeline?limit=2&cursor=${cursor}`);
  expect(answer).toMatchObject({ status: 400, json: { code: 'CURSOR_INVALID' } });
});
