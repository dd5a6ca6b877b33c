import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Message, type ParkedLinesReleased } from '#inventory';
import { UNIT } from '#kernel';
import { FaultyStore } from '../testing/faulty-store.ts';
import { line, NOON, placed, receipt, sale, shipped } from '../testing/messages.ts';
import { openJournal, type OpenedJournal } from '../testing/opened-journal.ts';

let opened: OpenedJournal;
beforeEach(async () => {
  opened = await openJournal();
});
afterEach(() => opened.close());

const waiting = (): string[] =>
  opened.book.parked({ limit: 100 }).map(({ messageId, line: name, code }) => `${messageId} ${name} ${code}`);

const eventsOf = async (stream: string): Promise<string[]> =>
  (await opened.store.readStream(stream)).map(({ type }) => type);

describe('a line that cannot be resolved', () => {
  it('is parked with its raw message, and the other lines are posted', async () => {
    const message = placed('o1', [line('GHOST', 2), line('MUG', 1, '2')]);
    const [outcome] = await opened.tell(message);

    expect(outcome).toMatchObject({ outcome: 'parked', parked: [{ line: '1', code: 'ITEM_UNKNOWN' }] });
    await opened.settle();
    expect(opened.book.parked({ limit: 10 })).toMatchObject([
      { id: `${outcome!.position}-0`, source: 'web', messageId: 'placed-o1', raw: JSON.stringify(message) },
    ]);
    const [fact] = await opened.store.readStream('order-web:o1');
    expect(fact!.data).toMatchObject({ entries: [{ kind: 'open', sku: 'MUG' }] });
  });

  it('is told again as a duplicate', async () => {
    const [first] = await opened.tell(placed('o1', [line('GHOST', 2)]));
    const [again] = await opened.tell(placed('o1', [line('GHOST', 2)]));

    expect(again).toMatchObject({ outcome: 'duplicate', position: first!.position });
  });

  it('waits for its listing, for its identifier to name one item only, or for its location', async () => {
    const identifiers = [{ scheme: 'gtin', value: '4' }];
    await opened.putItem('TEA', { identifiers });
    await opened.putItem('TEE', { identifiers });
    await opened.tell(
      placed('o1', [line({ listing: 'LUX' }, 1)]),
      placed('o2', [line({ identifier: identifiers[0]! }, 1)]),
      placed('o3', [line({ identifier: { scheme: 'gtin', value: '5' } }, 1)]),
      receipt('r1', [line('MUG', 1), line('CUP', 1, '2')], { location: 'moon' }),
    );
    await opened.settle();
    expect(waiting()).toEqual([
      'placed-o1 1 LISTING_UNKNOWN',
      'placed-o2 1 IDENTIFIER_AMBIGUOUS',
      'placed-o3 1 ITEM_UNKNOWN',
      'r1 1 LOCATION_UNKNOWN',
      'r1 2 LOCATION_UNKNOWN',
    ]);

    await opened.desk.putListing({ channel: 'web', listing: 'LUX', sku: 'MUG', unitsPer: UNIT });
    await opened.putItem('TEA', { identifiers: [{ scheme: 'gtin', value: '5' }] });
    await opened.putLocation('moon');
    expect(waiting()).toEqual([]);
    expect((await opened.journal.order('web', 'o2'))!.view.lines).toMatchObject([
      { sku: 'TEE', parked: false },
    ]);
    expect((await opened.journal.order('web', 'o3'))!.view.lines).toMatchObject([{ sku: 'TEA' }]);
  });
});

describe('a parked line whose item is defined', () => {
  it('is released by itself, once, with its own time', async () => {
    await opened.tell(sale('s1', { at: NOON - 5_000 }, [line('GHOST', 2)]));
    await opened.putItem('GHOST');
    await opened.putItem('GHOST', { name: 'Spirit' });

    expect(await eventsOf('document-pos:s1')).toEqual(['SaleCompleted', 'ParkedLinesReleased']);
    const [, released] = await opened.store.readStream('document-pos:s1');
    expect(released!.data).toMatchObject({
      source: 'pos',
      id: 's1',
      lines: [{ index: 0, sku: 'GHOST' }],
      entries: [{ kind: 'move', sku: 'GHOST', quantity: 2 * UNIT, key: { at: NOON - 5_000, id: 's1' } }],
    });
    expect(opened.book.completenessOf('pos')).toMatchObject({
      received: 1,
      parked: 1,
      accepted: 0,
      released: 1,
    });
    expect(waiting()).toEqual([]);
  });

  it('is released even if it was parked just after its item was defined', async () => {
    await opened.close();
    const [asked, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    opened = await openJournal((inner) => {
      const store = new FaultyStore(inner);
      const append = store.append.bind(store);
      store.append = async (stream, ...what) => {
        if (stream !== 'document-pos:s1') return append(stream, ...what);
        asked.resolve();
        await held.promise;
        return append(stream, ...what);
      };
      return store;
    });
    const telling = opened.tell(sale('s1', {}, [line('GHOST', 1)]));
    await asked.promise;
    await opened.putItem('GHOST');
    held.resolve();
    expect(await telling).toMatchObject([{ outcome: 'parked' }]);
    await opened.settle();

    expect(waiting()).toEqual([]);
  });

  it('is released even if both are told at the same time', async () => {
    for (let round = 0; round < 20; round++) {
      const sku = `RACE-${round}`;
      await Promise.all([opened.tell(sale(sku, {}, [line(sku, 1)])), opened.desk.ensureItems([sku])]);
    }
    await opened.settle();

    expect(waiting()).toEqual([]);
  });

  it('is released line by line, and its message counted with the last', async () => {
    await opened.tell(sale('s1', {}, [line('GHOST', 1), line('SHADE', 1, '2')]));
    await opened.putItem('GHOST');
    expect(opened.book.completenessOf('pos')).toMatchObject({ parked: 1, released: 0 });

    await opened.putItem('SHADE');
    expect(opened.book.completenessOf('pos')).toMatchObject({ parked: 1, released: 1 });
    expect(await eventsOf('document-pos:s1')).toHaveLength(3);
  });

  it('is refused and shown if it breaks a rule of the item', async () => {
    const message = sale('s1', {}, [line('GHOST', 1.5)]);
    await opened.tell(message);
    await opened.putItem('GHOST');

    expect(waiting()).toEqual([]);
    expect(opened.book.rejected({ limit: 10 })).toMatchObject([
      {
        source: 'pos',
        messageId: 's1',
        line: '1',
        code: 'QUANTITY_NOT_INTEGER',
        raw: JSON.stringify(message),
      },
    ]);
    expect(opened.book.completenessOf('pos')).toMatchObject({
      received: 1,
      parked: 1,
      rejected: 0,
      released: 0,
    });
  });

  it('is released too when its source may create items', async () => {
    await opened.tell(sale('s1', {}, [line('GHOST', 1)]));
    const { resource } = (await opened.desk.putChannel({
      id: 'pos',
      name: 'pos',
      kind: 'pos',
      locations: ['main'],
      lists: 'all',
      unknownItems: 'create',
    })) as { resource: object };
    expect(resource).toMatchObject({ unknownItems: 'create' });
    await opened.settle();

    expect(waiting()).toEqual([]);
    expect(opened.desk.view.item('GHOST')).toMatchObject({ decimals: 0 });
  });

  it.each([
    ['their item comes', (): Promise<unknown> => opened.putItem('GHOST')],
    [
      'their source lets items be made',
      (): Promise<unknown> =>
        opened.desk.putChannel({ ...opened.desk.view.channel('pos')!, unknownItems: 'create' }),
    ],
  ])('is released however many others wait: %s', async (_, come) => {
    const many = Array.from({ length: 150 }, (__, index) => sale(`s${index}`, {}, [line('GHOST', 1)]));
    await opened.tell(...many);
    await opened.settle();
    expect(opened.book.parkedCount()).toBe(150);
    await come();
    await opened.settle();

    expect(opened.book.completenessOf('pos')).toMatchObject({ parked: 150, released: 150 });
    expect(opened.book.parkedCount()).toBe(0);
  });

  it('goes on waiting, and is tried once for each change, while its identifier still names two items', async () => {
    const identifiers = [{ scheme: 'gtin', value: '4' }];
    for (const sku of ['TEA', 'TEE', 'THE']) await opened.putItem(sku, { identifiers });
    const ambiguous = line({ identifier: identifiers[0]! }, 1);
    await opened.tell(...Array.from({ length: 150 }, (_, index) => placed(`o${index}`, [ambiguous])));
    await opened.settle();
    await opened.putItem('THE');
    expect(opened.book.parkedCount()).toBe(150);
    await opened.putItem('TEE');
    expect(opened.book.parkedCount()).toBe(0);
  });

  it('is released in several events if all that was parked with it does not fit one', async () => {
    const parts = Array.from({ length: 100 }, (_, index) => ({ sku: `PART-${index}`, quantity: UNIT }));
    await opened.desk.ensureItems(parts.map(({ sku }) => sku));
    await opened.putItem('BOX', { components: parts });
    const boxes = Array.from({ length: 200 }, (_, index) => line('BOX', 1, String(index)));
    await opened.tell({ ...sale('s1'), data: { saleId: 's1', location: 'moon', lines: boxes } } as Message);
    await opened.putLocation('moon');

    expect(waiting()).toEqual([]);
    const [, ...releases] = await opened.store.readStream('document-pos:s1');
    expect(releases.length).toBeGreaterThan(1);
    const released = releases.map(({ data }) => data as unknown as ParkedLinesReleased);
    expect(released.flatMap(({ lines }) => lines.map(({ index }) => index))).toEqual(
      boxes.map((_, index) => index),
    );
    expect(released.flatMap(({ entries }) => entries)).toHaveLength(200 * 100);
    expect(opened.book.completenessOf('pos')).toMatchObject({ parked: 1, released: 1 });
  });

  it('is released too when its channel lists all: it may have told a SKU as its listing', async () => {
    await opened.tell(placed('o1', [line({ listing: 'MUG' }, 2)]));
    await opened.settle();
    expect(waiting()).toEqual(['placed-o1 1 LISTING_UNKNOWN']);
    await opened.desk.putChannel({ ...opened.desk.view.channel('web')!, lists: 'all' });
    await opened.settle();

    expect(waiting()).toEqual([]);
  });

  it('in a channel that lists all may have been told as a listing', async () => {
    await opened.tell(sale('s1', {}, [line({ listing: 'GHOST' }, 1)]));
    await opened.putItem('GHOST');

    expect(waiting()).toEqual([]);
  });
});

describe('a shipment from an unknown location', () => {
  it('changes the order once the location is known', async () => {
    await opened.tell(placed('o1', [line('MUG', 2)]), shipped('o1', [line('MUG', 2)], { location: 'moon' }));
    await opened.putLocation('moon');

    const [, , released] = await opened.store.readStream('order-web:o1');
    expect(released!.data).toMatchObject({
      entries: [
        { kind: 'open', quantity: 0, near: 'moon' },
        { kind: 'move', from: 'moon/sellable' },
      ],
    });
  });
});

describe('a parked line that somebody handles', () => {
  it('is tried again when asked for', async () => {
    await opened.tell(sale('s1', {}, [line('GHOST', 1)]));
    await opened.settle();
    const [row] = opened.book.parked({ limit: 1 });

    expect(await opened.journal.retryParked(row!.id)).toEqual({ releasedLines: 0, waitingLines: 1 });
    expect(await opened.journal.retryParked('1-0')).toMatchObject({ code: 'PARKED_UNKNOWN' });
    expect(await opened.journal.retryParked('what?')).toMatchObject({ code: 'PARKED_UNKNOWN' });
  });

  it('is given up, with a reason, once', async () => {
    await opened.tell(placed('o1', [line('GHOST', 1), line('MUG', 1, '2')]));
    await opened.settle();
    const [row] = opened.book.parked({ limit: 1 });
    const dismissal = { reason: 'a joke', actor: 'ada' };

    expect(await opened.journal.dismissParked(row!.id, dismissal)).toMatchObject({ recordedAt: NOON });
    expect(await opened.journal.dismissParked(row!.id, dismissal)).toMatchObject({ code: 'PARKED_UNKNOWN' });
    await opened.putItem('GHOST');
    expect(waiting()).toEqual([]);
    expect((await opened.journal.order('web', 'o1'))!.view.lines).toMatchObject([{ line: '2', sku: 'MUG' }]);
    expect(await eventsOf('order-web:o1')).toEqual(['OrderPlaced', 'ParkedLineDismissed']);
  });
});
