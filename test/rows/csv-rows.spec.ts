import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, type Running, startService } from '../http/harness.ts';
import { missingRows } from './rows.ts';
import { speak } from './speak.ts';

/** Rows 73–88 of the catalogue of bad input, as a catalog that is uploaded. Files of messages: libs/intake. */
let running: Running;
beforeAll(async () => {
  running = await startService();
  await running.ask('PUT /v1/channels/web', { kind: 'storefront' });
});
afterAll(() => running.stop());

const HEADER = 'sku,name,category,decimals,unit,identifiers\n';
const upload = (body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  running.ask('POST /v1/catalog/import', body, { 'content-type': 'text/csv', ...headers });

interface RowResult {
  readonly row: number;
  readonly id?: string;
  readonly outcome: string;
  readonly error?: { readonly code: string; readonly detail: string };
}
const resultsOf = async (body: unknown): Promise<readonly RowResult[]> => {
  const { status, json } = await upload(body);
  expect([status, json.code]).toEqual([200, undefined]);
  return json.results;
};
const codesOf = async (body: unknown): Promise<readonly (string | undefined)[]> =>
  (await resultsOf(body)).map(({ id, error }) => error?.code ?? id);
const itemCount = async (): Promise<number> => {
  const { json } = await running.ask('GET /v1/items?limit=1000');
  return json.items.length;
};

/** As a whole: nothing of it is done. */
const REFUSED: readonly (readonly [
  row: number,
  title: string,
  body: () => unknown,
  status: number,
  code: string,
])[] = [
  [73, 'an empty file', () => '', 400, 'CSV_EMPTY'],
  [73, 'a file of blank lines', () => '\n \n', 400, 'CSV_EMPTY'],
  [73, 'a header only', () => HEADER, 400, 'CSV_EMPTY'],
  [74, 'a column missing', () => 'name,category\na,b\n', 400, 'CSV_HEADER'],
  [74, 'a column twice', () => 'sku,sku\na,b\n', 400, 'CSV_HEADER'],
  [74, 'a column misspelt', () => 'sku,nmae\na,b\n', 400, 'CSV_HEADER'],
  [75, 'UTF-16', () => Buffer.from(`\ufeff${HEADER}A\n`, 'utf16le'), 400, 'CSV_ENCODING'],
  [75, 'Latin-1', () => Buffer.from(`${HEADER}A,caf\u00e9,,,,\n`, 'latin1'), 400, 'CSV_ENCODING'],
  [76, 'another delimiter', () => 'sku|name\na|b\n', 400, 'CSV_DELIMITER'],
  [77, 'a quote that never closes', () => 'sku,name\nA,"b\n', 400, 'CSV_QUOTE'],
  [77, 'a quote inside a bare cell', () => 'sku,name\nA,b"c\n', 400, 'CSV_QUOTE'],
  [80, 'a file too large, of one line', () => `${HEADER}${'x'.repeat(5_000_000)}`, 413, 'MESSAGE_TOO_LARGE'],
  [80, 'a million rows', () => `${HEADER}${'A,,,,,\n'.repeat(1_000_000)}`, 413, 'MESSAGE_TOO_LARGE'],
  [80, 'an archive', () => Buffer.from([0x50, 0x4b, 3, 4, 0xff, 0xfe]), 400, 'CSV_ENCODING'],
];

const TAKEN: readonly (readonly [row: number, title: string, test: () => Promise<unknown>])[] = [
  [
    74,
    'a column misspelt is told its name',
    async () => {
      expect((await upload('sku,nmae\na,b\n')).json.errors[0].hint).toContain('name');
    },
  ],
  [
    76,
    'semicolons, tabs and a line that says so are taken',
    async () => {
      for (const [text, id] of [
        ['sku;name\nS;x\n', 'S'],
        ['sku\tname\nT\tx\n', 'T'],
        ['sep=;\nsku;name\nU;x\n', 'U'],
      ]) {
        expect(await codesOf(text)).toEqual([id]);
      }
    },
  ],
  [
    77,
    'a quote that never closes is told with the line where it opens',
    async () => {
      expect((await upload('sku,name\nA,b\nB,"c\nd\n')).json.detail).toContain('3');
    },
  ],
  [
    78,
    'a row of more or fewer cells is refused, and the others are not',
    async () => {
      const results = await resultsOf('sku,name\nR1,a,b\nR2\nR3,a\n');
      expect(results.map(({ error, id }) => error?.code ?? id)).toEqual(['CSV_COLUMNS', 'CSV_COLUMNS', 'R3']);
      expect(results[0]!.error!.detail).toMatch(/3 .*2/);
    },
  ],
  [
    79,
    'line ends of every kind, and inside quotes',
    async () => {
      expect(await codesOf('sku,name\rL1,a\rL2,b')).toEqual(['L1', 'L2']);
      expect(await codesOf('sku,name\r\nL3,a\nL4,"b\r\nc"\r\n')).toEqual(['L3', 'L4']);
      expect((await running.ask('GET /v1/items/L4')).json.name).toBe('b\r\nc');
    },
  ],
  [
    81,
    'numbers of some country are not guessed',
    async () => {
      for (const written of ['"1,000"', '"1.000,5"', '1e3', '"5,0"', 'five']) {
        expect([written, await codesOf(`sku,decimals\nN,${written}\n`)]).toEqual([
          written,
          ['QUANTITY_FORMAT'],
        ]);
        const listing = `channel,listing,sku,unitsPer\nweb,L,S,${written}\n`;
        expect([written, await codesOf(listing)]).toEqual([written, ['QUANTITY_FORMAT']]);
      }
      expect(await codesOf('sku,decimals\nN, 5 \n')).toEqual(['N']);
    },
  ],
  [
    82,
    'what a spreadsheet made of a number',
    async () => {
      expect(await codesOf('sku,name\n1.23E+12,x\n')).toEqual(['SKU_SUSPECT_EXCEL']);
    },
  ],
  [
    83,
    'the same SKU twice is told with both lines',
    async () => {
      const [, second] = await resultsOf('sku,name\nD,a\nD,b\n');
      expect([second!.row, second!.error]).toMatchObject([3, { code: 'CSV_DUPLICATE_ROW' }]);
      expect(second!.error!.detail).toContain('line 2');
      expect((await running.ask('GET /v1/items/D')).json.name).toBe('a');
    },
  ],
  [
    84,
    'formulas are text',
    async () => {
      const formulas = ["=cmd|' /C calc'!A0", '+1+1', '-1+1', '@SUM(1)'];
      for (const [index, formula] of formulas.entries()) {
        await codesOf(`sku,name\nF${index},${formula}\n`);
        expect((await running.ask(`GET /v1/items/F${index}`)).json.name).toBe(formula);
      }
    },
  ],
  [
    85,
    'the same file again changes nothing',
    async () => {
      const file = 'sku,name\nAGAIN-1,a\nAGAIN-2,b\n';
      expect((await upload(file)).json.counts).toEqual({
        created: 2,
        replaced: 0,
        unchanged: 0,
        rejected: 0,
      });
      const { head } = (await running.ask('GET /v1/status')).json;
      expect((await upload(file)).json.counts).toEqual({
        created: 0,
        replaced: 0,
        unchanged: 2,
        rejected: 0,
      });
      expect((await running.ask('GET /v1/status')).json.head).toBe(head);
    },
  ],
  [
    85,
    'a file that breaks off leaves nothing behind',
    async () => {
      const start = `POST /v1/catalog/import HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/csv\r\nContent-Length: 1000\r\n\r\n`;
      await speak(running.service.url, [`${start}sku,name\nBROKEN-1,a\nBROKEN-2,b\n`], {
        leave: () => pause(200),
      });
      expect((await running.ask('GET /v1/items/BROKEN-1')).status).toBe(404);
    },
  ],
  [
    86,
    'a file that leaves items out takes none away',
    async () => {
      const before = await itemCount();
      expect(before).toBeGreaterThan(5);
      await codesOf('sku,name\nD,the only one\n');
      expect(await itemCount()).toBe(before);
    },
  ],
  [
    87,
    'the name of a file is not looked at',
    async () => {
      for (const name of ['../../x.csv', 'x'.repeat(4_096)]) {
        const { status } = await upload('sku,name\nNAMED,a\n', {
          'content-disposition': `attachment; filename="${name}"`,
        });
        expect(status).toBe(200);
      }
      const form = { 'content-type': 'multipart/form-data; boundary=x' };
      expect((await upload('--x--', form)).status).toBe(415);
    },
  ],
  [
    88,
    'blank lines are passed over, and lines keep their numbers; a comma too many is a cell too many',
    async () => {
      const results = await resultsOf('sku,name\n\nB1,a\n\n\nB2,b,\n# a comment\n');
      expect(results.map(({ row, id, error }) => [row, error?.code ?? id])).toEqual([
        [3, 'B1'],
        [6, 'CSV_COLUMNS'],
        [7, 'CSV_COLUMNS'],
      ]);
    },
  ],
];

it.each(REFUSED)('row %d: %s is refused', async (...row) => {
  const [, , body, status, code] = row;
  const { head } = (await running.ask('GET /v1/status')).json;
  const answer = await upload(body());
  expect([answer.status, answer.json.code]).toEqual([status, code]);
  expect((await running.ask('GET /v1/status')).json.head).toBe(head);
});

it.each(TAKEN)('row %d: %s', async (_, __, test) => void (await test()));

it('every row from 73 to 88 is here', () => {
  expect(missingRows([...REFUSED, ...TAKEN], 73, 88)).toEqual([]);
});
