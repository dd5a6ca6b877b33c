import { newEventId, NO_STREAM } from '#event-store';
import { withStore } from '../testing/store.ts';
import { hasMark, markOf, markText, startOffset } from './start-offset.ts';

const ours = (next: number) => ({ next, isOfThisLog: true });
const anothers = (next: number) => ({ next, isOfThisLog: false });
const there = { low: 10, high: 100 };

describe('where a partition begins', () => {
  it.each([
    ['at the first record where nobody has read', {}, 10],
    ['where the group has committed', { committed: ours(50) }, 50],
    ['where the group has committed, though our own table is behind', { committed: ours(50), own: 40 }, 50],
    ['at our own table where the brokers have forgotten', { own: 40 }, 40],
    [
      'at our own table where another log has committed just as much',
      { committed: anothers(40), own: 40 },
      40,
    ],
    ['at the end where all is read', { committed: ours(100) }, 100],
    ['at our own table where all newer records come after it', { own: 40, newer: 40 }, 40],
    ['at our own table where nothing is newer', { own: 100, newer: 100 }, 100],
  ])('%s', (_, known, next) => {
    expect(startOffset({ ...known, ...there })).toEqual({ next });
  });

  it.each([
    [
      'at our own table where the log is older',
      { committed: anothers(50), own: 40 },
      40,
      'read again from 40',
    ],
    [
      'at the first record where another log has committed, and our own table has nothing',
      { committed: anothers(50) },
      10,
      'read again from 10',
    ],
    ['at the first record where some were deleted', { committed: ours(4) }, 10, '6 records were deleted'],
    [
      'at the first record where those at our own table were deleted',
      { own: 4 },
      10,
      '6 records were deleted',
    ],
    ['at the first record of a topic that was recreated', { committed: ours(101) }, 10, 'was recreated'],
    [
      'at the first record where the first one is newer than all that was read',
      { own: 40, newer: 10 },
      10,
      'was recreated',
    ],
    [
      'at the first record where only the last one before our own table is newer',
      { own: 40, newer: 39 },
      10,
      'was recreated',
    ],
  ])('%s, with an alarm', (_, known, next, words) => {
    const start = startOffset({ ...known, ...there });
    expect([start.next, start.alarm]).toEqual([next, expect.stringContaining(words)]);
  });
});

describe('the mark that is committed with an offset', () => {
  it('is found in the log that it was made of, and in no other', () =>
    withStore(async (log) => {
      const id = newEventId();
      const written = await log.append('order-a:1', NO_STREAM, [{ id, type: 'Happened', data: {} }]);
      if (written.outcome !== 'written') throw new Error(written.outcome);
      const mark = { position: written.positions[0]!, recordedAt: written.recordedAt };
      expect(await hasMark(log, markText(mark))).toBe(true);
      expect(await hasMark(log, markText({ ...mark, recordedAt: mark.recordedAt - 1 }))).toBe(false);
      expect(await hasMark(log, markText({ ...mark, position: mark.position + 1 }))).toBe(false);
      // Set by hand, with a tool of Kafka's.
      expect(await hasMark(log, '')).toBe(true);
      expect(await hasMark(log, null)).toBe(true);
    }));

  it('is read back as it was written, and is nothing where an offset was set by hand', () => {
    const mark = { position: 12, recordedAt: 1_795_324_617_597 };
    expect(markOf(markText(mark))).toEqual(mark);
    expect([markOf(null), markOf(''), markOf('a note')]).toEqual([undefined, undefined, undefined]);
  });
});
