import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreFull, StoreUnavailable } from '#event-store';
import { type AppendFault, FaultyStore } from '../testing/faulty-store.ts';
import { line, placed, sale, shipped } from '../testing/messages.ts';
import { arrivalOf, openJournal, type OpenedJournal } from '../testing/opened-journal.ts';

let opened: OpenedJournal;
let store: FaultyStore;
beforeEach(async () => {
  opened = await openJournal((inner) => (store = new FaultyStore(inner)));
});
afterEach(() => opened.close());

/** The next appends to this stream end so, one after the other. */
const failing = (stream: string, ...faults: AppendFault[]): void => {
  store.fault = (appended) => (appended.startsWith(stream) ? faults.shift() : undefined);
};

const outcomesOf = (outcomes: readonly { outcome: string }[]): string[] =>
  outcomes.map(({ outcome }) => outcome);

describe('an append whose answer is lost', () => {
  it.each(['lost before', 'lost after'] as const)('is tried again until it is known (%s)', async (fault) => {
    failing('document-pos:s1', fault, fault);

    expect(outcomesOf(await opened.tell(sale('s1')))).toEqual(['accepted']);
    expect(await opened.store.readStream('document-pos:s1')).toHaveLength(1);
  });

  it('is tried again for refusals too', async () => {
    failing('intake-', 'lost after', 'lost before');

    expect(outcomesOf(await opened.tell(sale('s1'), sale('s1')))).toEqual(['accepted', 'duplicate']);
    await opened.settle();
    expect(opened.book.counts()).toMatchObject({ received: 2, accepted: 1, duplicate: 1 });
  });
});

describe('a store that cannot write', () => {
  it('makes the whole call fail; told again, what was written is a duplicate', async () => {
    failing('document-pos:s2', new StoreFull('No room.'));
    await expect(opened.tell(sale('s1'), sale('s2'))).rejects.toThrow(StoreFull);

    expect(outcomesOf(await opened.tell(sale('s1'), sale('s2')))).toEqual(['duplicate', 'accepted']);
  });

  it('makes the call fail even if only refusals are to be written; told again, they are written', async () => {
    const refused = [sale('s1', {}, [line('MUG', 0.5)]), sale('s2', {}, [line('MUG', 0.5)])];
    failing('intake-', new StoreUnavailable('Gone.'));
    await expect(opened.tell(...refused)).rejects.toThrow(StoreUnavailable);

    expect(outcomesOf(await opened.tell(...refused))).toEqual(['rejected', 'rejected']);
    await opened.settle();
    expect(opened.book.counts()).toMatchObject({ received: 2, rejected: 2 });
  });

  it('leaves nothing behind of an order that was half told', async () => {
    await opened.tell(placed('o1', [line('MUG', 2)]));
    failing('order-web:o1', new StoreUnavailable('Gone.'));
    await expect(opened.tell(shipped('o1', [line('MUG', 2)]))).rejects.toThrow(StoreUnavailable);

    expect((await opened.journal.order('web', 'o1'))!.view.status).toBe('open');
    expect(outcomesOf(await opened.tell(shipped('o1', [line('MUG', 2)])))).toEqual(['accepted']);
  });

  it('does not leave a line parked for ever', async () => {
    await opened.tell(sale('s1', {}, [line('GHOST', 1)]));
    failing('document-pos:s1', new StoreUnavailable('Gone.'));
    await opened.putItem('GHOST');

    expect(opened.book.parkedCount()).toBe(0);
  });
});

describe('several processes', () => {
  it('that tell of one order at the same time record every message once', async () => {
    const journals = [opened.journal, opened.another(), opened.another()];
    const shipments = Array.from({ length: 12 }, (_, index) =>
      shipped('o1', [line('MUG', 1)], { id: `s${index}` }),
    );
    const outcomes = await Promise.all(
      [placed('o1', [line('MUG', 12)]), ...shipments].flatMap((message) =>
        journals.map((journal) => journal.accept([arrivalOf(message)], { door: 'test' })),
      ),
    );

    expect(outcomes.flat().filter(({ outcome }) => outcome === 'accepted')).toHaveLength(13);
    expect(outcomes.flat().filter(({ outcome }) => outcome === 'duplicate')).toHaveLength(26);
    expect(await opened.store.readStream('order-web:o1')).toHaveLength(13);
  });

  it('release a line once', async () => {
    await opened.tell(sale('s1', {}, [line('GHOST', 1)]));
    await opened.desk.ensureItems(['GHOST']);
    const message = { stream: 'document-pos:s1', source: 'pos', messageId: 's1' };
    await Promise.all(
      [opened.another(), opened.another(), opened.journal].map((journal) => journal.release(message)),
    );

    expect(await opened.store.readStream('document-pos:s1')).toHaveLength(2);
  });
});
