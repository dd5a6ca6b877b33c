import { loadMapping, type Mapping } from './mapping.ts';
import { MappedRow } from './row.ts';
import { Survey } from './survey.ts';

const mapping = loadMapping(
  JSON.stringify({
    name: 'till',
    source: { id: 'till-1' },
    rules: [
      {
        name: 'sold',
        message: {
          type: 'sale.completed',
          groupBy: [{ column: 'Receipt' }],
          time: { const: '2026-11-20T10:00:00Z', as: 'instant' },
          data: { saleId: { column: 'Receipt' }, location: { const: 'shop' } },
          line: { sku: { const: 'A' }, quantity: { const: '1', as: 'quantity' } },
        },
      },
    ],
  }),
) as Mapping;

/** What a survey of these receipts, one a row, finds too much. */
function surveyOf(receipts: string, limits: { documents: number; waitingRows: number }): string | undefined {
  const survey = new Survey(mapping, limits);
  for (const receipt of receipts) {
    survey.note(new MappedRow({ cells: [receipt], line: 1, raw: receipt }, mapping.columns, [0]));
  }
  return survey.problem()?.code;
}

describe('what a file may ask of memory', () => {
  it.each([
    ['abc', 3, undefined],
    ['abcabcabc', 3, undefined],
    ['abcd', 3, 'TOO_MANY_DOCUMENTS'],
    ['abcdefghi', 3, 'TOO_MANY_DOCUMENTS'],
  ])('receipts %s, where %d documents are allowed: %s', (receipts, documents, code) => {
    expect(surveyOf(receipts, { documents, waitingRows: 100 })).toBe(code);
  });

  it.each([
    ['aaaabbbbcccc', 0, undefined],
    ['aabbaa', 4, undefined],
    ['aabbaa', 3, 'TOO_MANY_WAITING_ROWS'],
    ['abcabc', 6, undefined],
    ['abcabc', 5, 'TOO_MANY_WAITING_ROWS'],
    ['abaccdcefe', 2, 'TOO_MANY_WAITING_ROWS'],
    ['abaccdcefe', 3, undefined],
  ])('receipts %s, where %d rows may wait for the rest of theirs: %s', (receipts, waitingRows, code) => {
    expect(surveyOf(receipts, { documents: 100, waitingRows })).toBe(code);
  });

  it('a document of many parts waits with no more than one message of rows', () => {
    const receipts = `a${'b'.repeat(10)}${'a'.repeat(5_000)}`;
    expect(surveyOf(receipts, { documents: 2, waitingRows: 1_000 })).toBeUndefined();
    expect(surveyOf(receipts, { documents: 2, waitingRows: 999 })).toBe('TOO_MANY_WAITING_ROWS');
  });
});
