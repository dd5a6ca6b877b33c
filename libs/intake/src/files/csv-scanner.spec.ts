import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { CSV_ROW_LENGTH_MAX, type CsvRow, CsvScanner } from './csv-scanner.ts';

/** Scans a text that comes in pieces. */
function scan(pieces: readonly string[], delimiter = ','): { rows: CsvRow[]; broken: CsvScanner['broken'] } {
  const scanner = new CsvScanner(delimiter);
  const rows = pieces.flatMap((piece) => scanner.push(piece));
  rows.push(...scanner.end());
  return { rows, broken: scanner.broken };
}
const cellsOf = (text: string, delimiter?: string): (readonly string[])[] =>
  scan([text], delimiter).rows.map(({ cells }) => cells);

describe('rows and cells', () => {
  it.each([
    [
      'LF',
      'a,b\nc,d\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'CRLF',
      'a,b\r\nc,d\r\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'CR alone',
      'a,b\rc,d\r',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['mixed line ends', 'a\r\nb\nc\rd', [['a'], ['b'], ['c'], ['d']]],
    ['no last line end', 'a,b', [['a', 'b']]],
    [
      'empty cells',
      ',a,\n,,',
      [
        ['', 'a', ''],
        ['', '', ''],
      ],
    ],
    ['a blank line', 'a\n\nb', [['a'], [''], ['b']]],
    ['nothing', '', []],
    ['a quoted delimiter', '"a,b",c', [['a,b', 'c']]],
    ['a quoted line end', '"a\nb",c\nd', [['a\nb', 'c'], ['d']]],
    ['a quoted quote', '"a ""b""",c', [['a "b"', 'c']]],
    ['empty quotes', '"","",x\n""', [['', '', 'x'], ['']]],
    ['quotes before CRLF', '"a"\r\n"b"\r\n', [['a'], ['b']]],
    ['formulas, as text', '=1+1,@x,-1,"+1"', [['=1+1', '@x', '-1', '+1']]],
  ])('are read from %s', (_, text, cells) => {
    expect(cellsOf(text)).toEqual(cells);
  });

  it('are cut at any delimiter', () => {
    expect(cellsOf('a;"b;c";1,5\n', ';')).toEqual([['a', 'b;c', '1,5']]);
    expect(cellsOf('a\tb', '\t')).toEqual([['a', 'b']]);
  });

  it('keep the line on which each row begins, and its own text', () => {
    const { rows } = scan(['a,"x\r\ny\nz"\n\n"b",c\rd\n']);
    expect(rows.map(({ line, raw }) => [line, raw])).toEqual([
      [1, 'a,"x\r\ny\nz"'],
      [4, ''],
      [5, '"b",c'],
      [6, 'd'],
    ]);
  });
});

describe('a quote in the wrong place', () => {
  it.each([
    ['never closed', 'a\nb,"c\nd\ne', 2],
    ['never closed, behind a cell of two lines', '"a\nb","c\n', 2],
    ['inside a bare cell', 'a\nb,c"d\ne', 2],
    ['with something behind its end', 'a\nb\n"c"d,e', 3],
    ['with a blank before it', 'a, "b"\n', 1],
  ])('%s is refused with the line on which it stands', (_, text, line) => {
    expect(scan([text]).broken).toMatchObject({ code: 'CSV_QUOTE', facts: { line } });
  });

  it('stops all rows after it, and none before', () => {
    const { rows } = scan(['a\nb\nc"d\ne\n']);
    expect(rows.map(({ raw }) => raw)).toEqual(['a', 'b']);
  });

  it('that never closes does not take the file into memory', () => {
    const scanner = new CsvScanner(',');
    scanner.push('a\n"b');
    for (let i = 0; i < 20; i++) scanner.push('x\n'.repeat(65_536));
    expect(scanner.broken).toMatchObject({ code: 'CSV_QUOTE', facts: { line: 2 } });
  });

  it('is not needed: a row without an end does not take the file into memory either', () => {
    const scanner = new CsvScanner(',');
    for (let i = 0; i < 5; i++) scanner.push('x'.repeat(CSV_ROW_LENGTH_MAX / 4));
    expect(scanner.broken).toMatchObject({ code: 'CSV_ROW_TOO_LONG', facts: { line: 1 } });
  });
});

describe('against csv-parse', () => {
  const text = fc
    .array(fc.constantFrom('a', 'é', ' ', '"', '""', ',', '\n', '\r\n', '"a"', '"a,b"', ',"'), {
      maxLength: 30,
    })
    .map((all) => all.join(''));
  const options = { record_delimiter: ['\r\n', '\n', '\r'], relax_column_count: true };

  it('cuts any text alike, in whatever pieces it comes, or both refuse it', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(40), { maxLength: 6 }), (whole, cuts) => {
        const { rows, broken } = scan(cutAt(whole, cuts));
        let expected: string[][];
        try {
          expected = parse(whole, options);
        } catch {
          expect(broken?.code).toBe('CSV_QUOTE');
          return;
        }
        expect(broken).toBeUndefined();
        expect(rows.map(({ cells }) => cells)).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('each row has the text that it was read from', () => {
    fc.assert(
      fc.property(text, (whole) => {
        const { rows, broken } = scan([whole]);
        if (broken !== undefined) return;
        for (const { cells, raw } of rows)
          expect(scan([raw]).rows.map((row) => row.cells)).toEqual(raw === '' ? [] : [cells]);
      }),
    );
  });

  function cutAt(whole: string, cuts: readonly number[]): string[] {
    const places = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
    return places.slice(1).map((end, index) => whole.slice(places[index], end));
  }
});
