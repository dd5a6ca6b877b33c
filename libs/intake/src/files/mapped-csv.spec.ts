import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Message, Rejection } from '#inventory';
import { loadMapping, type Mapping } from '../mapping/mapping.ts';
import { bytesSource } from '../../testing/bytes-source.ts';
import { FileUnreadable } from './byte-source.ts';
import type { ToldMessage } from '../read-body.ts';
import { toArrival } from '../to-arrival.ts';
import type { FileReading } from './file-reading.ts';
import { readMappedCsv } from './mapped-csv.ts';

const clock = { now: () => Date.parse('2026-11-20T12:00:00Z') };
const mappingOf = (json: object): Mapping => {
  const mapping = loadMapping(JSON.stringify(json));
  if (Array.isArray(mapping)) throw new Error(JSON.stringify(mapping));
  return mapping;
};
const till = mappingOf({
  name: 'till',
  source: { id: 'till-1' },
  rules: [
    { name: 'notes', when: { column: 'Code', startsWith: '#' }, skip: true },
    {
      name: 'sold',
      when: { not: { column: 'Code', equals: '?' } },
      message: {
        type: 'sale.completed',
        groupBy: [{ column: 'Receipt' }],
        uniqueBy: [{ column: 'Code' }],
        time: { column: 'Time', as: 'instant' },
        data: { saleId: { column: 'Receipt' }, location: { column: 'Shop' } },
        line: { sku: { column: 'Code' }, quantity: { column: 'Count', as: 'quantity' } },
      },
    },
  ],
});
const HEADER = 'Receipt,Code,Count,Time,Shop\n';
interface Cells {
  readonly count?: string;
  readonly time?: string;
  readonly shop?: string;
}
const row = (receipt: string, code: string, cells: Cells = {}): string => {
  const { count = '1', time = '2026-11-20T10:00:00Z', shop = 'shop' } = cells;
  return `${receipt},${code},${count},${time},${shop}\n`;
};

async function readAll(
  file: string | Uint8Array,
  mapping = till,
): Promise<FileReading[] | readonly Rejection[]> {
  const source = bytesSource(typeof file === 'string' ? Buffer.from(file) : file, 'file.csv');
  const read = await readMappedCsv(source, mapping, { clock });
  if (!('rows' in read)) return read;
  const readings: FileReading[] = [];
  for await (const batch of read.batches()) readings.push(...batch);
  expect(readings.reduce((sum, { rows }) => sum + rows, 0)).toBe(read.rows);
  return readings;
}
const messagesOf = (readings: FileReading[] | readonly Rejection[]): Message[] =>
  (readings as FileReading[]).flatMap((reading) => ('message' in reading ? [reading.message] : []));
const told = (reading: FileReading): unknown => {
  if ('skipped' in reading) return `skipped ${reading.skipped}`;
  return 'problems' in reading ? reading.problems.map(({ code }) => code).join() : reading.message.id;
};
const toldOf = async (file: string, mapping = till): Promise<unknown[]> =>
  ((await readAll(file, mapping)) as FileReading[]).map((reading) => [reading.line, told(reading)]);

describe('a file as a whole', () => {
  it.each<[string, string | Uint8Array, string, string | undefined]>([
    ['nothing', '', 'CSV_EMPTY', undefined],
    ['blanks', '\n \n', 'CSV_EMPTY', undefined],
    ['a header only', HEADER, 'CSV_EMPTY', undefined],
    [
      'a mistyped column',
      `Receit,Code,Count,Time,Shop\n${row('1', 'A')}`,
      'CSV_HEADER',
      'did you mean "Receit"?',
    ],
    ['a column twice', `Receipt,Code,Count,Time,Shop,Code\n${row('1', 'A')}`, 'CSV_HEADER', undefined],
    ['another delimiter', `${HEADER}${row('1', 'A')}`.replaceAll(',', '|'), 'CSV_DELIMITER', undefined],
    ['two delimiters', 'Receipt,Code;Count\n', 'CSV_DELIMITER', undefined],
    ['a sep= of a letter', `sep=x\n${HEADER}`, 'CSV_DELIMITER', undefined],
    ['a quote never closed', `${HEADER}${row('1', 'A')}2,"B,1\n`, 'CSV_QUOTE', undefined],
    ['a quote inside a cell', `${HEADER}1,A"B,1,x,shop\n`, 'CSV_QUOTE', undefined],
    ['UTF-16', Buffer.from(`\ufeff${HEADER}`, 'utf16le'), 'CSV_ENCODING', undefined],
    ['Latin-1', Buffer.from(`${HEADER}1,caf\u00e9,1,x,shop\n`, 'latin1'), 'CSV_ENCODING', undefined],
    ['half a character at its end', Buffer.from(`${HEADER}1,é`).subarray(0, -1), 'CSV_ENCODING', undefined],
    ['a zip archive', Buffer.from('PK\u0003\u0004rest', 'latin1'), 'CSV_ENCODING', undefined],
    ['one line of 3 MB', `${HEADER}${'x'.repeat(3_000_000)}\n`, 'CSV_ROW_TOO_LONG', undefined],
  ])('is refused for %s', async (_, file, code, hint) => {
    expect(await readAll(file)).toMatchObject([hint === undefined ? { code } : { code, hint }]);
  });

  it('says where it stops being UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from(HEADER + row('1', 'A').repeat(3)), Buffer.from([0x31, 0xff])]);
    const [problem] = (await readAll(bytes)) as readonly Rejection[];
    expect(problem).toMatchObject({ facts: { byte: bytes.length - 1 } });
    expect(problem!.detail).toContain('near line 5,');
  });

  it.each([
    ['comma', HEADER + row('1', 'A')],
    ['semicolon', (HEADER + row('1', 'A')).replaceAll(',', ';')],
    ['tab', (HEADER + row('1', 'A')).replaceAll(',', '\t')],
    ['sep=', `sep=|\r\n${(HEADER + row('1', 'A')).replaceAll(',', '|')}`],
    ['a byte order mark', `\ufeff${HEADER}${row('1', 'A')}`],
    ['CRLF', (HEADER + row('1', 'A')).replaceAll('\n', '\r\n')],
    ['CR', (HEADER + row('1', 'A')).replaceAll('\n', '\r')],
    [
      'columns in another order, and more',
      `Shop,Time,X,Count,Code,Receipt\nshop,2026-11-20T10:00:00Z,,1,A,1`,
    ],
    ['quoted headers', `"Receipt","Code","Count","Time","Shop"\n${row('1', 'A')}`],
  ])('is read with %s', async (_, file) => {
    expect(messagesOf(await readAll(file))).toEqual([
      {
        id: 'sold:1',
        source: 'till-1',
        type: 'sale.completed',
        occurredAt: Date.parse('2026-11-20T10:00:00Z'),
        data: { saleId: '1', location: 'shop', lines: [{ line: '1', sku: 'A', quantity: 100_000 }] },
      },
    ]);
  });

  it('may be packed by gzip', async () => {
    expect(messagesOf(await readAll(gzipSync(HEADER + row('1', 'A'))))).toHaveLength(1);
  });

  it('that changes between its two readings is noticed', async () => {
    let reads = 0;
    const source = {
      name: 'file.csv',
      size: 0,
      open: () =>
        bytesSource(Buffer.from(HEADER + row('1', 'A') + (reads++ > 0 ? row('2', 'B') : ''))).open(),
    };
    const read = await readMappedCsv(source, till, { clock });
    const readSecond = async (): Promise<void> => {
      if ('rows' in read) for await (const batch of read.batches()) expect(batch).toBeDefined();
    };
    await expect(readSecond()).rejects.toThrow(FileUnreadable);
  });
});

describe('rows', () => {
  it('end as a message, skipped, or refused, each with its line', async () => {
    const file = `${HEADER}${row('1', '#x')}\n${row('1', 'A')}1,B\n${row('2', '?')}${row('', 'A')}${row('3', 'C').trim()},,\n`;
    expect(await toldOf(file)).toEqual([
      [2, 'skipped notes'],
      [3, 'skipped blank-line'],
      [4, 'sold:1'],
      [5, 'CSV_COLUMNS'],
      [6, 'MAPPING_NO_RULE'],
      [7, 'MISSING_FIELD'],
      [8, 'sold:3'],
    ]);
  });

  it.each([
    ['a bad quantity', row('1', 'B', { count: '1.5e3' }), 'QUANTITY_FORMAT', 'column "Count"'],
    ['nothing sold', row('1', 'B', { count: '0' }), 'QUANTITY_ZERO', 'column "Count"'],
    ['something brought back', row('1', 'B', { count: '-1' }), 'QUANTITY_NEGATIVE', 'column "Count"'],
    ['a bad time', row('1', 'B', { time: '2026-02-30T00:00:00Z' }), 'TIMESTAMP_INVALID', 'column "Time"'],
    ['a bad SKU', row('1', 'B\u202e'), 'SKU_INVALID_CHAR', 'column "Code"'],
    ['another shop', row('1', 'B', { shop: 'depot' }), 'MAPPING_GROUP_DIFFERS', 'different location'],
    ['an item that stands there already', row('1', 'A'), 'CSV_DUPLICATE_ROW', 'line 2'],
  ])('with %s hold back their whole document, and no other', async (_, bad, code, where) => {
    const file = HEADER + row('1', 'A') + bad + row('2', 'C');
    const [refused, good] = (await readAll(file)) as FileReading[];
    expect(told(good!)).toBe('sold:2');
    expect(refused).toMatchObject({
      problems: [{ code, detail: expect.stringContaining('Line 3') }],
      source: 'till-1',
      id: 'sold:1',
      rows: 2,
      line: 2,
      raw: (row('1', 'A') + bad).trim(),
    });
    expect(refused).toMatchObject({ problems: [{ detail: expect.stringContaining(where) }] });
  });
});

describe('documents', () => {
  it('are complete at their last row, with their earliest time, wherever their rows stand', async () => {
    const file =
      HEADER +
      row('1', 'A', { count: '1', time: '2026-11-20T10:02:00Z' }) +
      row('2', 'A') +
      row('1', 'B', { count: '2', time: '2026-11-20T10:01:00Z' }) +
      row('3', 'A') +
      row('1', 'C', { count: '3', time: '2026-11-20T10:03:00Z' });
    const messages = messagesOf(await readAll(file));
    expect(messages.map(({ id }) => id)).toEqual(['sold:2', 'sold:3', 'sold:1']);
    expect(messages[2]).toMatchObject({
      occurredAt: Date.parse('2026-11-20T10:01:00Z'),
      data: { lines: [{ sku: 'A' }, { sku: 'B' }, { sku: 'C', quantity: 300_000 }] },
    });
  });

  it('keep the text of their own rows, in case they are parked', async () => {
    const file = HEADER + row('1', 'A') + row('2', 'X') + row('1', 'B');
    const [second, first] = (await readAll(file)) as FileReading[];
    expect(
      [first, second].map((reading) => Buffer.from(toArrival(reading as ToldMessage).raw).toString()),
    ).toEqual([(row('1', 'A') + row('1', 'B')).trim(), row('2', 'X').trim()]);
  });

  it('of more than a thousand lines become several messages, all with the same time', async () => {
    const rows = Array.from({ length: 2_001 }, (_, index) =>
      row('1', `S${index}`, index === 2_000 ? { time: '2026-11-20T09:00:00Z' } : {}),
    );
    const messages = messagesOf(await readAll(HEADER + rows.join('')));
    expect(messages.map(({ id, data }) => [id, data.lines!.length])).toEqual([
      ['sold:1', 1_000],
      ['sold:1/2', 1_000],
      ['sold:1/3', 1],
    ]);
    expect(new Set(messages.map(({ occurredAt }) => occurredAt))).toEqual(
      new Set([Date.parse('2026-11-20T09:00:00Z')]),
    );
    expect(messages.every(({ data }) => 'saleId' in data && data.saleId === '1')).toBe(true);
  });

  it('become the same messages, with the same ids, when the file is read again', async () => {
    const file = HEADER + row('1', 'A') + row('2:x%', 'B') + row('1', 'C');
    expect(await readAll(file)).toEqual(await readAll(file));
    expect((await toldOf(file)).map((each) => (each as unknown[])[1])).toEqual(['sold:2%3Ax%25', 'sold:1']);
  });

  it('may be one row each, with an id made from its columns', async () => {
    const rowByRow = mappingOf({
      name: 'rows',
      source: { id: 'till-1' },
      rules: [
        {
          name: 'sold',
          message: {
            type: 'sale.completed',
            id: { join: [{ column: 'Receipt' }, { column: 'Code' }], with: '-' },
            time: { column: 'Time', as: 'instant' },
            data: { saleId: { column: 'Receipt' }, location: { column: 'Shop' } },
            line: { sku: { column: 'Code' }, quantity: { column: 'Count', as: 'quantity' } },
          },
        },
      ],
    });
    const file = HEADER + row('1', 'A') + row('1', 'B') + row('2', 'A', { count: 'x' });
    expect(await toldOf(file, rowByRow)).toEqual([
      [2, '1-A'],
      [3, '1-B'],
      [4, 'QUANTITY_FORMAT'],
    ]);
  });
});

describe('the mapping that ships for Online Retail', () => {
  const mapping = loadMapping(
    readFileSync(new URL('../../../../mappings/online-retail.json', import.meta.url), 'utf8'),
  ) as Mapping;
  /** Invoice, code, description, count and time; by default sold to a customer for a price. */
  const retail = (cells: readonly string[], paid = '1.0,17850.0'): string =>
    `${cells.join(',')},${paid},United Kingdom\n`;
  const file =
    'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n' +
    retail(['536365', '85123a ', 'HOLDER', '6', '2011-06-01 08:26:00']) +
    retail(['536365', 'post', 'POSTAGE', '1', '2011-06-01 08:26:00']) +
    retail(['536366', 'gift_0001_40', 'Voucher £40', '1', '2011-06-01 08:27:00']) +
    retail(['C536367', '85123A', 'HOLDER', '-2', '2011-06-01 08:28:00']) +
    retail(['C536368', 'D', 'Discount', '-1', '2011-06-01 08:28:00']) +
    retail(['536369', '22139', '', '56', '2011-06-01 11:52:00'], '0.0,') +
    retail(['536370', '22139', ' damaged', '-10', '2011-06-01 11:53:00'], '0.0,') +
    retail(['536370', '22140', 'lost', '-1', '2011-06-01 11:53:00'], '0.0,') +
    retail(['536371', '22141', 'a present', '1', '2011-06-01 11:54:00'], '0.0,17850.0') +
    retail(['536372', '22141', 'to nobody', '1', '2011-06-01 11:55:00'], '2.5,');

  it('skips postage and vouchers, and sells, takes back or adjusts the rest', async () => {
    const readings = (await readAll(file, mapping)) as FileReading[];
    const lines = readings.map((reading) => {
      if (!('message' in reading)) return [reading.line, told(reading)];
      const { id, data } = reading.message;
      return [reading.line, id, ...data.lines!.map(({ sku, quantity }) => `${sku} ${quantity / 100_000}`)];
    });
    expect(lines).toEqual([
      [0, 'opening', '22139 10', '22140 1', '22141 2', '85123A 6'],
      [2, 'completed:536365', '85123A 6'],
      [3, 'skipped not-goods'],
      [4, 'skipped not-goods'],
      [5, 'returned:C536367', '85123A 2'],
      [6, 'skipped not-goods'],
      [7, 'adjusted:536369:unspecified', '22139 56'],
      [8, 'adjusted:536370:damaged', '22139 -10'],
      [9, 'adjusted:536370:lost', '22140 -1'],
      [10, 'completed:536371', '22141 1'],
      [11, 'completed:536372', '22141 1'],
    ]);
  });

  it('reads times on the clocks of London, and dates the opening stock a second before the first', async () => {
    const [opening, first] = messagesOf(await readAll(file, mapping));
    expect(new Date(first!.occurredAt).toISOString()).toBe('2011-06-01T07:26:00.000Z');
    expect(opening).toMatchObject({ type: 'stock.received', occurredAt: first!.occurredAt - 1_000 });
  });
});
