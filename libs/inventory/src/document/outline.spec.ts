import type { Message } from '#inventory';
import { line, SET_UP, told } from '../../testing/document-messages.ts';
import { Telling } from '../../testing/telling.ts';
import { outlineDocument, outlinedAt, recallFact, SHORT_LINES_MAX } from './outline.ts';
import { TOLD_LINES_MAX } from './record-fact.ts';
import { toldFact } from './told-stream.ts';

const lines = (count: number, item = 'MUG') =>
  Array.from({ length: count }, (_, index) => line(item, 1, { line: String(index) }));
const counted = (id: string, count = 1, item = 'MUG'): Message =>
  told('stock.counted', { lines: lines(count, item) }, { id });

describe('the outline of a document', () => {
  it('does not exist while the document is short', () => {
    const telling = new Telling(SET_UP);
    telling.tell(counted('a', SHORT_LINES_MAX));
    outlineDocument(telling.told);
    expect(telling.told.outline).toBeUndefined();
    expect(telling.put(counted('a', SHORT_LINES_MAX))).toBe('repeated');
  });

  it('knows where a name may have been told, and a recalled fact is known again', () => {
    const telling = new Telling(SET_UP);
    for (const id of ['a', 'b', 'c']) telling.tell(counted(id, SHORT_LINES_MAX));
    const { told: known } = telling;
    const b = toldFact(known, 'wms', 'b')!;
    outlineDocument(known);
    expect([known.facts.length, toldFact(known, 'wms', 'b')]).toEqual([0, undefined]);
    expect(outlinedAt(known, [counted('b'), counted('d')])).toEqual([1]);
    const { message, parked, flags } = b;
    recallFact(known, { message, lines: [], parked, entries: [], flags }, { ...b });
    expect(telling.put(counted('b', SHORT_LINES_MAX))).toBe('repeated');
    expect(telling.put(counted('b', 1))).toMatchObject({ code: 'ID_REUSED_WITH_DIFFERENT_CONTENT' });
    telling.tell(counted('d'));
    outlineDocument(known);
    expect(outlinedAt(known, [counted('d'), counted('a')])).toEqual([0, 3]);
    expect(known.recalled).toBeUndefined();
  });

  it('keeps facts with parked lines, until these no longer wait', () => {
    const telling = new Telling(SET_UP);
    telling.tell(counted('a', 2, 'GHOST'));
    telling.tell(counted('b', SHORT_LINES_MAX));
    outlineDocument(telling.told);
    expect(telling.told.facts.map(({ message }) => message.id)).toEqual(['a']);
    telling.release('wms', 'a', { ...SET_UP, items: [{ sku: 'GHOST' }] });
    outlineDocument(telling.told);
    expect(telling.told.facts).toEqual([]);
    expect(outlinedAt(telling.told, [counted('a')])).toEqual([0]);
  });

  it('keeps what receipts are compared with, as long as they are compared', () => {
    const telling = new Telling(SET_UP);
    telling.tell(told('stock.expected', { lines: lines(1) }, { id: 'e' }));
    telling.tell(told('stock.received', { lines: lines(SHORT_LINES_MAX) }, { id: 'r' }));
    outlineDocument(telling.told);
    expect(telling.told.facts).toHaveLength(2);
    telling.told.lineCount = TOLD_LINES_MAX;
    outlineDocument(telling.told);
    expect(telling.told.facts).toEqual([]);
  });
});
