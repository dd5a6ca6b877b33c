import fc from 'fast-check';
import { Cursors } from './cursor.ts';
import { Pager } from './pager.ts';
import { Refusal } from './problem.ts';

const cursors = new Cursors(Buffer.from('0123456789abcdef0123456789abcdef'));
const codeOf = (open: () => unknown): string | undefined => {
  try {
    open();
    return undefined;
  } catch (error) {
    return error instanceof Refusal ? error.rejections[0].code : 'thrown';
  }
};

describe('a cursor', () => {
  it('gives back what it was made of, in its own list', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: 'grapheme', minLength: 1 }), (list, after) => {
        expect(cursors.open(list, cursors.seal(list, after))).toBe(after);
      }),
    );
  });

  it('is worth nothing elsewhere, changed, or made up', () => {
    const cursor = cursors.seal('parked of web', 'p-1');
    expect(codeOf(() => cursors.open('parked of market', cursor))).toBe('CURSOR_INVALID');
    expect(codeOf(() => cursors.open('parked of web', `${cursor}A`))).toBe('CURSOR_INVALID');
    expect(codeOf(() => cursors.open('parked of web', ''))).toBe('CURSOR_INVALID');
    const other = new Cursors(Buffer.from('another key of thirty-two bytes!'));
    expect(codeOf(() => cursors.open('parked of web', other.seal('parked of web', 'p-1')))).toBe(
      'CURSOR_INVALID',
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 100 }), (text) => {
        expect(codeOf(() => cursors.open('parked of web', text))).toBe('CURSOR_INVALID');
      }),
    );
  });
});

describe('a page', () => {
  const rows = Array.from({ length: 7 }, (_, index) => `row-${index}`);
  const list = {
    name: ['rows'],
    read: ({ after, limit }: { after: string | undefined; limit: number }) =>
      Promise.resolve(rows.filter((row) => after === undefined || row > after).slice(0, limit)),
    placeOf: (row: string) => row,
    show: (row: string) => row,
  };

  it.each([1, 2, 3, 6, 7, 8])('of %d leads through the whole list, and ends', async (limit) => {
    const pager = new Pager(cursors);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await pager.page({ limit, ...(cursor && { cursor }) }, list);
      expect(page.items.length).toBeGreaterThan(0);
      seen.push(...page.items);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(rows);
  });
});
