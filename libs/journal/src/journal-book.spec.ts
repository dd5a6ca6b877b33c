import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { line, sale } from '../testing/messages.ts';
import { arrivalOf, openJournal, type OpenedJournal } from '../testing/opened-journal.ts';
import { addSequence, emptyGaps, missingIn, SEQUENCE_GAPS_MAX } from './sequence-gaps.ts';

describe('completeness', () => {
  let opened: OpenedJournal;
  beforeEach(async () => {
    opened = await openJournal();
  });
  afterEach(() => opened.close());

  it('closes to 0 for every source: received = accepted + duplicate + parked + rejected', async () => {
    const broken = { rejection: { code: 'INVALID_JSON', detail: '' }, raw: Buffer.from('{') };
    await opened.tell(
      sale('s1', { sequence: 1 }),
      sale('s1', { sequence: 2 }),
      sale('s2', { sequence: 5 }, [line('GHOST', 1)]),
      sale('s3', { sequence: 9 }, [line('MUG', 0.5)]),
      sale('s4', { source: 'nobody', sequence: 77 }),
    );
    await opened.journal.accept([broken, arrivalOf(sale('s5', { source: 'web', sequence: 50 }))], {
      door: 'http',
      identity: 'pos',
    });
    await opened.settle();

    const none = { accepted: 0, duplicate: 0, parked: 0, rejected: 0, released: 0, sequenceGaps: 0 };
    expect(opened.book.completeness({ limit: 10 })).toEqual([
      { ...none, source: '(unknown)', received: 1, rejected: 1 },
      // 3, 4, 6, 7, 8 are missing; the numbers of another source make no gaps here.
      {
        source: 'pos',
        received: 6,
        accepted: 1,
        duplicate: 1,
        parked: 1,
        rejected: 3,
        released: 0,
        sequenceGaps: 5,
      },
    ]);
    expect(opened.book.counts()).toEqual({ received: 7, accepted: 1, duplicate: 1, parked: 1, rejected: 4 });
  });

  it('is shown in pages, and lists are limited to one source if asked', async () => {
    for (const id of ['a', 'b', 'c']) await opened.tell(sale(id, {}, [line('MUG', 0.5)]));
    await opened.tell(sale('d', { source: 'wms' }, [line('MUG', 0.5)]));
    await opened.settle();

    const [first, second] = opened.book.rejected({ source: 'pos', limit: 2 });
    expect([first, second]).toMatchObject([{ messageId: 'a' }, { messageId: 'b' }]);
    expect(opened.book.rejected({ source: 'pos', after: second!.id, limit: 2 })).toMatchObject([
      { messageId: 'c' },
    ]);
    expect(opened.book.rejected({ after: second!.id, limit: 5 })).toMatchObject([
      { messageId: 'c' },
      { messageId: 'd' },
    ]);
    expect(opened.book.completeness({ after: 'pos', limit: 5 })).toMatchObject([{ source: 'wms' }]);
  });
});

describe('gaps in a source’s own numbers', () => {
  it('are what is missing between the lowest and the highest number told', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -20, max: 60 }), { maxLength: 60 }), (sequences) => {
        const gaps = emptyGaps();
        for (const sequence of sequences) addSequence(gaps, sequence);

        const span = sequences.length === 0 ? 0 : Math.max(...sequences) - Math.min(...sequences) + 1;
        expect(missingIn(gaps)).toBe(span - new Set(sequences).size);
      }),
    );
  });

  it('are counted exactly, however many there are; only a number told in a closed gap is not noticed', () => {
    const gaps = emptyGaps();
    const many = SEQUENCE_GAPS_MAX + 500;
    for (let number = 0; number <= many; number++) addSequence(gaps, number * 10);

    expect(missingIn(gaps)).toBe(many * 9);
    expect(gaps.told.length).toBe(2 * (SEQUENCE_GAPS_MAX + 1));
    addSequence(gaps, 1); // Its gap was closed.
    addSequence(gaps, many * 10 - 1);
    expect(missingIn(gaps)).toBe(many * 9 - 1);
  });
});
