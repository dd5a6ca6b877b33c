import type { ImportRow } from '#catalog';
import { turnsDuring } from '../../libs/kernel/testing/turns-during.ts';
import { cutCatalogRows, readCatalogRows } from './catalog-rows.ts';

const ROWS = 3_000;

it.each([
  ['application/jsonl', '', '{"sku":"A","colour":"red"}\n', 'UNKNOWN_FIELD'],
  ['text/csv', 'sku,name\nA,Mug\n', 'A,Mug\n', 'CSV_DUPLICATE_ROW'],
])(
  'reads the rows of a large file in turns with whatever else the service does, also where all are refused: %s',
  async (type, head, row, code) => {
    const told = cutCatalogRows(Buffer.from(head + row.repeat(ROWS)), type);
    const read: ImportRow[] = [];
    const readAll = async (): Promise<void> => {
      for await (const each of readCatalogRows(told, { allowPrivateWebhooks: false })) read.push(each);
    };
    expect(await turnsDuring(readAll())).toBeGreaterThan(20);
    expect(read).toHaveLength(told.lines.length);
    expect(read.slice(-ROWS)).toEqual(
      Array(ROWS).fill({ kind: 'rejected', rejection: expect.objectContaining({ code }) }),
    );
  },
);
