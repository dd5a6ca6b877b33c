import { conforming } from './conform.ts';
import { type Ask, type Running, startService } from './harness.ts';

/** Set-up from a file, through the public door; every answer is held against the OpenAPI document. */
let running: Running;
let ask: Ask;
beforeAll(async () => {
  running = await startService();
  ask = await conforming(running.ask);
  await ask('PUT /v1/channels/web', { kind: 'storefront' });
});
afterAll(() => running.stop());

it('imports a catalog, row by row', async () => {
  const lines = [
    '{"sku":"I-1","name":"One"}',
    '',
    '{"sku":"I-1","nme":"x"}',
    '{"id":"south","kind":"store"}',
    '{"scope":"item:I-1","cap":3}',
    '{"id":"x","kind":"warehouse"}',
  ];
  const jsonl = await ask('POST /v1/catalog/import', lines.join('\n'), {
    'content-type': 'application/jsonl',
  });
  expect(jsonl.json.counts).toEqual({ created: 3, replaced: 0, unchanged: 0, rejected: 2 });
  expect(
    jsonl.json.results.map((row: { row: number; error?: { code: string } }) => [row.row, row.error?.code]),
  ).toEqual([
    [1, undefined],
    [3, 'UNKNOWN_FIELD'],
    [4, undefined],
    [5, undefined],
    [6, 'MISSING_FIELD'],
  ]);
  const csv =
    'sku;name;category;decimals;unit;identifiers\nC-1;"Cup; large";cups;0;;"gtin:4012345678901;ean:1"\nC-2;x;;2,5;;\n1.23E+12;;;;;\nC-1;again;;;;\n';
  const rows = await ask('POST /v1/catalog/import', csv, { 'content-type': 'text/csv' });
  expect(
    rows.json.results.map((row: { id?: string; error?: { code: string } }) => row.id ?? row.error?.code),
  ).toEqual(['C-1', 'QUANTITY_FORMAT', 'SKU_SUSPECT_EXCEL', 'CSV_DUPLICATE_ROW']);
  expect((await ask('GET /v1/items/C-1')).json).toMatchObject({
    name: 'Cup; large',
    category: 'cups',
    identifiers: [
      { scheme: 'gtin', value: '4012345678901' },
      { scheme: 'ean', value: '1' },
    ],
  });
  const listings = 'channel,listing,sku,unitsPer\nweb,CUPS-4,C-1,4\nweb,NOPE,NOPE,\n';
  const named = await ask('POST /v1/catalog/import', listings, { 'content-type': 'text/csv; charset=utf-8' });
  expect(named.json.counts).toMatchObject({ created: 1, rejected: 1 });
  for (const [text, code] of [
    ['', 'CSV_EMPTY'],
    ['sku,name\n', 'CSV_EMPTY'],
    ['sku,nam\na,b\n', 'CSV_HEADER'],
    ['sku,sku\na,b\n', 'CSV_HEADER'],
    ['name,category\na,b\n', 'CSV_HEADER'],
    ['sku,name\n"a,b\n', 'CSV_QUOTE'],
    ['sku|name\na|b\n', 'CSV_DELIMITER'],
  ] as const) {
    const { status, json } = await ask('POST /v1/catalog/import', text, { 'content-type': 'text/csv' });
    expect([text, status, json.code]).toEqual([text, 400, code]);
  }
});

it('answers a file of very many short rows row by row, and says how many are too many', async () => {
  const { ask: askAtOnce } = running;
  const jsonLines = { 'content-type': 'application/jsonl' };
  const many = await askAtOnce('POST /v1/catalog/import', '0\n'.repeat(150_000), jsonLines);
  expect(many.json.counts).toEqual({ created: 0, replaced: 0, unchanged: 0, rejected: 150_000 });
  for (const [text, type] of [
    ['0\n'.repeat(250_001), 'application/jsonl'],
    [`sku\n${'a\n'.repeat(250_001)}`, 'text/csv'],
  ] as const) {
    const refused = await askAtOnce('POST /v1/catalog/import', text, { 'content-type': type });
    expect([refused.status, refused.json.code]).toEqual([400, 'TOO_MANY_ROWS']);
  }
});
