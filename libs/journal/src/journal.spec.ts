import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UNIT } from '#kernel';
import { line, NOON, placed, receipt, sale, shipped } from '../testing/messages.ts';
import { arrivalOf, openJournal, type OpenedJournal } from '../testing/opened-journal.ts';

let opened: OpenedJournal;
beforeEach(async () => {
  opened = await openJournal();
});
afterEach(() => opened.close());

const codesOf = (outcomes: readonly { outcome: string; error?: { code: string } }[]): string[] =>
  outcomes.map(({ outcome, error }) => (error === undefined ? outcome : error.code));

describe('a message', () => {
  it('is recorded once, durably, with what it does', async () => {
    const [outcome] = await opened.tell(sale('s1'));

    expect(outcome).toMatchObject({ outcome: 'accepted', source: 'pos', id: 's1', flags: [] });
    const [fact] = await opened.store.readStream('document-pos:s1');
    expect(fact).toMatchObject({
      type: 'SaleCompleted',
      position: outcome!.position,
      recordedAt: outcome!.recordedAt,
      data: {
        lines: [{ index: 0, sku: 'MUG' }],
        parked: [],
        entries: [{ kind: 'move', from: 'main/sellable', to: 'customer', cause: 'sale', channel: 'pos' }],
      },
    });
  });

  it('told again is a duplicate of the first, even after a restart of the journal', async () => {
    const [first] = await opened.tell(sale('s1'));
    const { position, recordedAt } = first!;
    const duplicate = { outcome: 'duplicate', source: 'pos', id: 's1', position, recordedAt };
    const again = { ...sale('s1'), sequence: 7, extensions: { traceparent: 'x' } };

    expect(await opened.tell(again)).toEqual([duplicate]);
    expect(await opened.another().accept([arrivalOf(again)], { door: 'test' })).toEqual([duplicate]);
    expect(await opened.store.readStream('document-pos:s1')).toHaveLength(1);
  });

  it('with other content under the same id is rejected; in another document it is another message', async () => {
    const outcomes = await opened.tell(
      sale('s1'),
      sale('s1', {}, [line('MUG', 2)]),
      sale('s2', { id: 's1' }),
    );

    expect(codesOf(outcomes)).toEqual(['accepted', 'ID_REUSED_WITH_DIFFERENT_CONTENT', 'accepted']);
  });

  it('stands alone in its batch', async () => {
    const outcomes = await opened.tell(
      sale('s1'),
      sale('s2', {}, [line('MUG', 1.5)]),
      sale('s1'),
      sale('s3', { source: 'nobody' }),
      sale('s4', {}, [line('GHOST', 1)]),
      sale('s5'),
    );

    expect(codesOf(outcomes)).toEqual([
      'accepted',
      'QUANTITY_NOT_INTEGER',
      'duplicate',
      'UNKNOWN_SOURCE',
      'parked',
      'accepted',
    ]);
    expect(outcomes[3]?.error?.detail).toContain('PUT /v1/channels/… or PUT /v1/sources/…');
    expect(outcomes.every(({ position, recordedAt }) => position > 0 && recordedAt > 0)).toBe(true);
  });

  it('that was rejected does not take its id', async () => {
    const outcomes = await opened.tell(sale('s1', {}, [line('MUG', 1.5)]), sale('s1'));

    expect(codesOf(outcomes)).toEqual(['QUANTITY_NOT_INTEGER', 'accepted']);
  });

  it('accepted under older rules of its item is still a duplicate', async () => {
    await opened.putItem('OIL', { decimals: 2 });
    await opened.tell(sale('s1', {}, [line('OIL', 1.25)]));
    await opened.putItem('OIL', { decimals: 0 });

    expect(codesOf(await opened.tell(sale('s1', {}, [line('OIL', 1.25)])))).toEqual(['duplicate']);
  });

  it('is told only by the source it names', async () => {
    const arrivals = [sale('s1', { source: 'web' }), sale('s2')].map(arrivalOf);
    const outcomes = await opened.journal.accept(arrivals, { door: 'http', identity: 'pos' });

    expect(codesOf(outcomes)).toEqual(['CHANNEL_MISMATCH', 'accepted']);
    await opened.settle();
    expect(opened.book.rejected({ source: 'pos', limit: 10 })).toMatchObject([
      { messageId: 's1', code: 'CHANNEL_MISMATCH', door: 'http' },
    ]);
  });

  it.each([
    ['http', 'This key belongs to "pos" .* or use the key of "web"'],
    ['kafka:till.events', 'This topic is bound to "pos" .* or send it to a topic of "web"'],
    ['file:tills.jsonl', 'The file is told as that of "pos" \\(--source\\).* or leave --source out'],
  ])('of another source is refused in the words of its door: %s', async (door, words) => {
    const [outcome] = await opened.journal.accept([arrivalOf(sale('s1', { source: 'web' }))], {
      door,
      identity: 'pos',
    });

    expect(outcome?.error).toMatchObject({
      code: 'CHANNEL_MISMATCH',
      detail: expect.stringMatching(words),
    });
  });

  it('about a closed location is flagged', async () => {
    await opened.putLocation('attic', { active: false });

    const [outcome] = await opened.tell(receipt('r1', [line('MUG', 1)], { location: 'attic' }));
    expect(outcome).toMatchObject({ outcome: 'accepted', flags: ['inactive-location'] });
  });
});

describe('messages of one order', () => {
  it('go into one append, in their order, each with its own effect', async () => {
    const outcomes = await opened.tell(
      placed('o1', [line('MUG', 3)]),
      shipped('o1', [line('MUG', 4)]),
      placed('o1', [line('MUG', 3)]),
    );

    expect(outcomes).toMatchObject([
      { outcome: 'accepted', flags: [] },
      { outcome: 'accepted', flags: ['over-shipment'] },
      { outcome: 'duplicate', position: outcomes[0]!.position },
    ]);
    expect((await opened.journal.order('web', 'o1'))!).toMatchObject({
      position: outcomes[1]!.position,
      view: { status: 'shipped', lines: [{ ordered: 3 * UNIT, shipped: 4 * UNIT }] },
    });
  });

  it('told at once by several callers end as one history', async () => {
    const shipments = Array.from({ length: 20 }, (_, index) =>
      shipped('o1', [line('MUG', 1)], { id: `s${index % 10}` }),
    );
    const outcomes = await Promise.all(
      [placed('o1', [line('MUG', 10)]), ...shipments].map((one) => opened.tell(one)),
    );

    expect(outcomes.flat().filter(({ outcome }) => outcome === 'accepted')).toHaveLength(11);
    expect(await opened.store.readStream('order-web:o1')).toHaveLength(11);
    expect((await opened.journal.order('web', 'o1'))!.view).toMatchObject({ status: 'shipped' });
  });

  it('may be told by a warehouse, which names the channel', async () => {
    const outcomes = await opened.tell(
      placed('o1', [line('MUG', 1)], { source: 'wms' }),
      placed('o2', [line('MUG', 1)], { source: 'wms', channel: 'nowhere' }),
      placed('o3', [line('MUG', 1)], { source: 'wms', channel: 'web' }),
      placed('o4', [line('MUG', 1)], { source: 'web', channel: 'pos' }),
      placed('o5', [line('MUG', 1)], { source: 'web', channel: 'web' }),
    );

    expect(codesOf(outcomes)).toEqual([
      'MISSING_FIELD',
      'CHANNEL_UNKNOWN',
      'accepted',
      'CHANNEL_MISMATCH',
      'accepted',
    ]);
    expect(codesOf(await opened.tell(placed('o5', [line('MUG', 1)])))).toEqual(['duplicate']);
    expect(await opened.journal.order('web', 'o3')).toBeDefined();
    expect(await opened.journal.order('web', 'o9')).toBeUndefined();
  });
});

describe('a line', () => {
  it('is what the catalog says of its listing, in units of the item', async () => {
    await opened.desk.putListing({ channel: 'web', listing: 'six-pack', sku: 'MUG', unitsPer: 6 * UNIT });
    await opened.settle();
    await opened.tell(placed('o1', [line({ listing: 'six-pack' }, 2)]));

    const { view } = (await opened.journal.order('web', 'o1'))!;
    expect(view.lines).toMatchObject([{ sku: 'MUG', ordered: 12 * UNIT, open: 12 * UNIT }]);
  });

  it('is what the catalog says of its identifier', async () => {
    await opened.putItem('TEA', { identifiers: [{ scheme: 'gtin', value: '4' }] });
    await opened.tell(receipt('r1', [line({ identifier: { scheme: 'gtin', value: '4' } }, 2)]));

    const [fact] = await opened.store.readStream('document-wms:r1');
    expect(fact!.data).toMatchObject({
      lines: [{ sku: 'TEA' }],
      entries: [{ sku: 'TEA', quantity: 2 * UNIT }],
    });
  });

  it('creates its item if the source allows that, unless such an item could not have the line', async () => {
    const outcomes = await opened.tell(
      receipt('r1', [line('NEW', 2), line('NEWER', 1, '2')]),
      receipt('r2', [line('HALF', 0.5)]),
    );

    expect(codesOf(outcomes)).toEqual(['accepted', 'QUANTITY_NOT_INTEGER']);
    expect((await opened.events('catalog')).map(({ stream }) => stream).slice(2)).toEqual([
      'catalog-item:NEW',
      'catalog-item:NEWER',
    ]);
  });

  it('knows the items that earlier lines of its batch created, and no others', async () => {
    const outcomes = await opened.tell(
      sale('s1', {}, [line('NEW', 1)]),
      receipt('r1', [line('NEW', 2)]),
      sale('s2', {}, [line('NEW', 1)]),
      sale('s3', {}, [line('OTHER', 1)]),
      receipt('r2', [line('OTHER', 2)]),
    );

    expect(codesOf(outcomes)).toEqual(['parked', 'accepted', 'accepted', 'parked', 'accepted']);
  });

  it('of a kit is refused if it is about stock, and means its components if it is a sale', async () => {
    await opened.putItem('BOX', { components: [{ sku: 'MUG', quantity: 2 * UNIT }] });

    expect(
      codesOf(await opened.tell(receipt('r1', [line('BOX', 1)]), sale('s1', {}, [line('BOX', 3)]))),
    ).toEqual(['NOT_ALLOWED_FOR_KIT', 'accepted']);
    const [fact] = await opened.store.readStream('document-pos:s1');
    expect(fact!.data).toMatchObject({ entries: [{ sku: 'MUG', quantity: 6 * UNIT }] });
  });
});

describe('a message too large for one record', () => {
  it('is refused with advice, and its neighbours are not', async () => {
    const parts = Array.from({ length: 100 }, (_, index) => ({ sku: `PART-${index}`, quantity: UNIT }));
    await opened.desk.ensureItems(parts.map(({ sku }) => sku));
    await opened.putItem('BOX', { components: parts });
    const large = Array.from({ length: 60 }, (_, index) => line('BOX', 1, String(index)));
    const outcomes = await opened.tell(
      sale('s1', { id: 'a' }),
      sale('s1', { id: 'b' }, large),
      sale('s1', { id: 'c' }, large.slice(0, 30)),
      sale('s1', { id: 'd' }, large.slice(0, 25)),
    );

    expect(codesOf(outcomes)).toEqual(['accepted', 'MESSAGE_TOO_LARGE', 'accepted', 'accepted']);
    expect(await opened.store.readStream('document-pos:s1')).toHaveLength(3);
  });
});

describe('what was rejected', () => {
  it('is kept with its raw bytes', async () => {
    const raw = Buffer.from([0x7b, 0xff, 0x00]);
    const rejection = { code: 'INVALID_UTF8', detail: 'Send UTF-8.', pointer: '' };
    const [outcome] = await opened.journal.accept([{ rejection, raw }], { door: 'http' });

    expect(outcome).toMatchObject({ outcome: 'rejected', error: rejection });
    await opened.settle();
    const [row] = opened.book.rejected({ limit: 10 });
    expect(row).toMatchObject({
      ...{ source: '(unknown)', recordedAt: NOON },
      ...{ raw: raw.toString('base64'), rawEncoding: 'base64' },
    });
    expect(row).not.toHaveProperty('cutFromBytes');
  });

  it('is kept whatever it contains', async () => {
    const wild = '\u0001\ud800'.repeat(100_000);
    const rejection = { code: 'ID_TOO_LONG', detail: wild, pointer: wild, hint: wild };
    const raw = Buffer.alloc(256 * 1024, 1);
    const arrival = { rejection, raw, source: wild, id: wild };
    const outcomes = await opened.journal.accept([arrival, arrival, arrival], { door: 'http' });

    expect(codesOf(outcomes)).toEqual(['ID_TOO_LONG', 'ID_TOO_LONG', 'ID_TOO_LONG']);
    await opened.settle();
    expect(opened.book.rejected({ limit: 1 })).toMatchObject([
      { rawEncoding: 'base64', source: '(unknown)' },
    ]);
  });

  it('is cut if it is long, between two characters', async () => {
    const raw = Buffer.from(`x${'é'.repeat(200_000)}`);
    await opened.journal.accept([{ rejection: { code: 'MESSAGE_TOO_LARGE', detail: '' }, raw }], {
      door: 'http',
    });

    await opened.settle();
    const [row] = opened.book.rejected({ limit: 1 });
    expect(row).toMatchObject({ rawEncoding: 'utf8', cutFromBytes: 400_001 });
    expect(Buffer.byteLength(row!.raw)).toBe(262_143);
    expect(row!.raw.endsWith('é')).toBe(true);
  });
});
