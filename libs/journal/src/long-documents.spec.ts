import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SHORT_LINES_MAX } from '#inventory';
import { line, sale } from '../testing/messages.ts';
import { arrivalOf, openJournal, type OpenedJournal } from '../testing/opened-journal.ts';

let opened: OpenedJournal;
beforeEach(async () => {
  opened = await openJournal();
});
afterEach(() => opened.close());

const STREAM = 'document-pos:year';
const part = (number: number, units = 1, item = 'MUG') =>
  sale('year', { id: `m${number}` }, [line(item, units)]);
const parts = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => part(from + index));
const outcomesOf = (outcomes: readonly { outcome: string; error?: { code: string } }[]): string[] =>
  outcomes.map(({ outcome, error }) => error?.code ?? outcome);

describe('a document with very many messages', () => {
  it('takes each message once, even after a restart, and keeps its parked lines', async () => {
    const [first] = await opened.tell(part(0));
    const [parked] = await opened.tell(part(1, 2, 'GHOST'));
    await opened.tell(...parts(2, SHORT_LINES_MAX));
    await opened.tell(...parts(SHORT_LINES_MAX, SHORT_LINES_MAX + 200));
    const again = [part(0), part(1, 2, 'GHOST'), part(7, 9), part(SHORT_LINES_MAX + 300), part(0)];
    const expected = ['duplicate', 'duplicate', 'ID_REUSED_WITH_DIFFERENT_CONTENT', 'accepted', 'duplicate'];
    const outcomes = await opened.tell(...again);
    expect(outcomesOf(outcomes)).toEqual(expected);
    expect(outcomes.map(({ position }) => position)).toMatchObject({
      0: first!.position,
      1: parked!.position,
    });
    const later = await opened.another().accept([...again, part(-1)].map(arrivalOf), { door: 'test' });
    expect(outcomesOf(later)).toEqual([...expected.with(3, 'duplicate'), 'accepted']);

    // Recorded by another journal: this one notices, and answers it as a duplicate.
    expect(outcomesOf(await opened.tell(part(-1), part(-2)))).toEqual(['duplicate', 'accepted']);
    await opened.settle();
    expect(opened.book.parkedCount()).toBe(1);
    await opened.putItem('GHOST');
    expect(opened.book.parkedCount()).toBe(0);
    expect(outcomesOf(await opened.tell(part(1, 2, 'GHOST'), part(3), part(-3)))).toEqual([
      'duplicate',
      'duplicate',
      'accepted',
    ]);
    const last = await opened.store.readStream(STREAM, { fromRevision: SHORT_LINES_MAX + 203 });
    expect(last.map(({ type }) => type)).toEqual(['ParkedLinesReleased', 'SaleCompleted']);
  });
});
