import type { Message } from '#inventory';
import { toUnits } from '#kernel';
import { loadMapping, type Mapping } from '../mapping/mapping.ts';
import { bytesSource } from '../../testing/bytes-source.ts';
import { readMappedCsv } from './mapped-csv.ts';

/** A file of what came in and went out of one shop, whose mapping opens stock before its first row. */

const clock = { now: () => Date.parse('2026-11-20T12:00:00Z') };
const column = (name: string) => ({ column: name });
const row = (type: string, document: string) => ({
  type,
  groupBy: [column('Document')],
  time: { column: 'Time', as: 'instant' },
  data: {
    [document]: column('Document'),
    location: { const: 'shop' },
    attributes: { clerk: column('Clerk') },
  },
  line: { sku: column('Code'), quantity: { column: 'Count', as: 'quantity' } },
});
const shop = loadMapping(
  JSON.stringify({
    name: 'shop',
    source: { id: 'shop-1' },
    rules: [
      { name: 'in', when: { column: 'Kind', equals: 'in' }, message: row('stock.received', 'documentId') },
      { name: 'out', message: row('sale.completed', 'saleId') },
    ],
    opening: { documentId: 'opening', location: 'shop' },
  }),
) as Mapping;

interface Cells {
  readonly day?: string;
  readonly count?: string;
  readonly clerk?: string;
  readonly code?: string;
}
const line = (kind: string, document: string, cells: Cells = {}): string => {
  const { day = '01', count = '1', clerk = 'ada', code = 'MUG' } = cells;
  return `${kind},${document},${code},${count},2026-11-${day}T10:00:00Z,${clerk}\n`;
};

async function read(...rows: string[]): Promise<{ messages: Message[]; codes: string[] }> {
  const file = `Kind,Document,Code,Count,Time,Clerk\n${rows.join('')}`;
  const csv = await readMappedCsv(bytesSource(Buffer.from(file), 'file.csv'), shop, { clock });
  if (!('rows' in csv)) throw new Error(JSON.stringify(csv));
  const messages: Message[] = [];
  const codes: string[] = [];
  for await (const batch of csv.batches()) {
    for (const reading of batch) {
      if ('message' in reading) messages.push(reading.message);
      else if ('problems' in reading) codes.push(...reading.problems.map(({ code }) => code));
    }
  }
  return { messages, codes };
}

/** What had to be there at the start, by SKU. */
async function opened(...rows: string[]): Promise<string[]> {
  const { messages } = await read(...rows);
  const opening = messages.find(({ id }) => id === 'opening');
  return (opening?.data.lines ?? []).map(({ sku, quantity }) => `${sku} ${toUnits(quantity)}`);
}

describe('the opening stock of a file', () => {
  it('covers what goes out before as much has come in', async () => {
    const out = { count: '10' };
    expect(await opened(line('out', '1', out), line('in', '2', { ...out, day: '02' }))).toEqual(['MUG 10']);
    expect(await opened(line('in', '1', out), line('out', '2', { ...out, day: '05' }))).toEqual([]);
    const both = [line('in', '1', { count: '4' }), line('out', '2', { ...out, day: '05' })];
    expect(await opened(...both, line('out', '3', { day: '05', code: 'CUP' }))).toEqual(['CUP 1', 'MUG 6']);
  });

  it('covers all that goes out, where rows are far out of order', async () => {
    const rows = [line('in', '1', { count: '4' }), line('out', '2', { count: '4', day: '09' })];
    expect(await opened(...rows)).toEqual([]);
    expect(await opened(...rows, line('out', '3', { day: '02', code: 'CUP' }))).toEqual(['CUP 1', 'MUG 4']);
  });

  it('does not count rows that are refused, such as one whose time cannot be read', async () => {
    const rows = [
      line('in', '1', { count: '4' }),
      line('out', '2', { count: '4', day: 'x' }),
      line('out', '3', { count: 'many', day: '05' }),
      line('out', '4', { count: '4', day: '05' }),
    ];
    expect(await opened(...rows)).toEqual([]);
    expect((await read(...rows)).codes).toEqual(['TIMESTAMP_INVALID', 'QUANTITY_FORMAT']);
  });
});

describe('rows of one document', () => {
  it('are one message where they agree about it', async () => {
    const { messages, codes } = await read(line('out', '1'), line('out', '1', { code: 'CUP' }));
    expect(codes).toEqual([]);
    expect(messages.at(-1)?.data).toMatchObject({
      saleId: '1',
      attributes: { clerk: 'ada' },
      lines: [{ sku: 'MUG' }, { sku: 'CUP' }],
    });
  });

  it('are refused where they differ about it', async () => {
    const { codes } = await read(line('out', '1'), line('out', '1', { code: 'CUP', clerk: 'bob' }));
    expect(codes).toEqual(['MAPPING_GROUP_DIFFERS']);
  });
});
