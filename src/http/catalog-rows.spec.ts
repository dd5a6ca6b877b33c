import type { ImportRow } from '#catalog';
import { turnsDuring } from '../../libs/kernel/testing/turns-during.ts';
import { cutCatalogRows, readCatalogRows } from './catalog-rows.ts';

it('reads the rows of a large file in turns with whatever else the service does, also where all are refused', async () => {
  const rows = 3_000;
  const text = '{"sku":"A","colour":"red"}\n'.repeat(rows);
  const told = cutCatalogRows(Buffer.from(text), 'application/jsonl');
  const read: ImportRow[] = [];
  const readAll = async (): Promise<void> => {
    for await (const row of readCatalogRows(told, { allowPrivateWebhooks: false })) read.push(row);
  };
  expect(await turnsDuring(readAll())).toBeGreaterThan(20);
  expect(read).toHaveLength(rows);
  expect(read.at(-1)).toMatchObject({ kind: 'rejected', rejection: { code: 'UNKNOWN_FIELD' } });
});
