import type { ListingNumber } from '#availability';
import { copyItem, inTransitAccount, type ItemState, onHandAccount } from '#inventory';
import { IN_MEMORY, SqliteReadModel } from '#read-model/sqlite';
import { line, sale } from '../../../journal/testing/messages.ts';
import { openJournal } from '../../../journal/testing/opened-journal.ts';
import { keyAt, move, open, received } from '../../../inventory/testing/entries.ts';
import { openTestLedger } from '../../../ledger/testing/opened-ledger.ts';
import type { CheckResult } from './check.ts';
import { GrowingVersions } from './growing-versions.ts';
import { ItemBooks } from './item-books.ts';
import { LogOrder } from './log-order.ts';
import { MessageCounts } from './message-counts.ts';
import { MessagesOnce } from './messages-once.ts';
import { TwoBooks } from './two-books.ts';

const failedOf = (results: readonly CheckResult[]): string[] =>
  results.filter(({ ok }) => !ok).map(({ check }) => check);

let readModel: SqliteReadModel;
beforeEach(() => {
  readModel = SqliteReadModel.open({ file: IN_MEMORY });
});
afterEach(() => readModel.close());

describe('every message accounted for', () => {
  it('compares the log with the completeness of each source, outcome by outcome', async () => {
    const opened = await openJournal();
    try {
      const broken = { rejection: { code: 'INVALID_JSON', detail: '' }, raw: Buffer.from('{') };
      await opened.tell(sale('s1'), sale('s1'), sale('s2', {}, [line('GHOST', 1)]));
      await opened.journal.accept([broken], { door: 'test' });
      await opened.settle();
      const { events } = await opened.store.readAll({ after: 0 });
      const checked = new MessageCounts(opened.book);
      for (const event of events) checked.look(event);
      expect(checked.result()).toMatchObject({ ok: true, looked: 8 });

      for (const type of ['SaleCompleted', 'MessagesRepeated', 'MessageRejected']) {
        const twice = new MessageCounts(opened.book);
        for (const event of events) twice.look(event);
        twice.look(events.find((event) => event.type === type)!);
        expect(twice.result()).toMatchObject({ ok: false, wrong: 1 });
      }
    } finally {
      await opened.close();
    }
  });
});

describe('the books of an item', () => {
  /** Of mugs that were received, shipped on, promised and held. */
  async function bookChecks(change: (state: ItemState) => void): Promise<string[]> {
    const opened = await openTestLedger();
    try {
      await opened.tell([received(9, 1)]);
      await opened.tell([
        move(onHandAccount('main', 'sellable'), inTransitAccount('shop'), 2, { key: keyAt(2) }),
      ]);
      await opened.tell([open('o1', 3)]);
      const held = { reservationId: 'r', channel: 'web', partial: false, expiresInSeconds: 600 };
      await opened.reservations.reserve({ ...held, lines: [{ sku: 'MUG', quantity: 100_000 }] });
      await opened.settle();
      const state = copyItem(opened.item('MUG'));
      change(state);
      const books = new ItemBooks(opened.store);
      await books.look('MUG', state);
      return failedOf(books.results());
    } finally {
      await opened.close();
    }
  }

  it('are right if nothing was tampered with', async () => {
    expect(await bookChecks(() => undefined)).toEqual([]);
  });

  it.each<[string, (state: ItemState) => void, string[]]>([
    ['an account too much', (state) => (state.outside.supplier += 1), ['accounts sum to 0']],
    [
      'something reserved that nobody holds',
      ({ places }) => (places[0]!.reserved += 1),
      ['reserved = open holds', 'stock = facts by time'],
    ],
    [
      'something committed that no order is promised',
      ({ places }) => (places[0]!.committed += 1),
      ['committed = open promises', 'stock = facts by time'],
    ],
    [
      'a place that is not there',
      ({ places }) => places.pop(),
      ['accounts sum to 0', 'stock = facts by time'],
    ],
  ])('show %s', async (_, change, failed) => {
    expect(await bookChecks((state) => void change(state))).toEqual(failed);
  });
});

describe('published versions', () => {
  const number = (version: number, available: number, listing = 'MUG'): ListingNumber => ({
    ...{ channel: 'web', listing, sku: 'MUG', available, version, recordedAt: 0, reason: 'sale' },
  });

  it.each<[string, ListingNumber[], boolean]>([
    ['grow with each new number', [number(5, 1), number(7, 2), number(6, 1, 'CUP')], true],
    ['never stay', [number(5, 1), number(5, 2)], false],
    ['never go back', [number(5, 1), number(4, 2)], false],
    ['stay as long as the number does', [number(5, 1), number(7, 1)], false],
    ['grow if the same number is another item’s', [number(5, 1), { ...number(7, 1), sku: 'CUP' }], true],
  ])('%s', (_, numbers, isRight) => {
    const versions = new GrowingVersions(readModel);
    for (const each of numbers) versions.look(each);
    expect(versions.result().ok).toBe(isRight);
  });
});

describe('the order of the log', () => {
  const event = (stream: string, revision: number, position: number, recordedAt: number) => ({
    ...{ stream, revision, position, recordedAt, id: '', type: 'T', data: {} },
  });

  it.each<[string, ReturnType<typeof event>[], boolean]>([
    ['is right', [event('a', 0, 1, 5), event('b', 0, 2, 5), event('a', 1, 3, 6)], true],
    ['has a stream that does not begin', [event('a', 1, 1, 5)], false],
    ['has a revision twice', [event('a', 0, 1, 5), event('a', 0, 2, 5)], false],
    ['has a position twice', [event('a', 0, 1, 5), event('b', 0, 1, 5)], false],
    ['goes back in time', [event('a', 0, 1, 5), event('b', 0, 2, 4)], false],
  ])('%s', (_, events, isRight) => {
    const order = new LogOrder(readModel);
    for (const each of events) order.look(each);
    expect(order.result().ok).toBe(isRight);
  });
});

describe('every message once', () => {
  const fact = (stream: string, source: string, id: string, position: number) => ({
    ...{ stream, revision: 0, position, recordedAt: 0, id: '', type: 'SaleCompleted' },
    data: { message: { source, id } },
  });

  it.each<[string, ReturnType<typeof fact>[], boolean]>([
    ['is right', [fact('order-a', 'pos', '1', 1), fact('order-a', 'pos', '2', 2)], true],
    [
      'may have one id of two sources',
      [fact('order-a', 'pos', '1', 1), fact('order-a', 'wms', '1', 2)],
      true,
    ],
    [
      'may have one name in two streams',
      [fact('order-a', 'pos', '1', 1), fact('order-b', 'pos', '1', 2)],
      true,
    ],
    ['has one twice', [fact('order-a', 'pos', '1', 1), fact('order-a', 'pos', '1', 2)], false],
  ])('%s', (_, events, isRight) => {
    const once = new MessagesOnce(readModel);
    for (const each of events) once.look(each);
    expect(once.result()).toMatchObject({ ok: isRight, looked: events.length });
  });
});

describe('what the journal says was moved', () => {
  const moved = (quantity: number, to = 'main/sellable', sku = 'MUG') => ({
    ...{ sku, quantity, from: 'supplier', to, kind: 'move' },
  });
  const event = (stream: string, type: string, data: object) => ({
    ...{ stream, type, data, revision: 0, position: 1, recordedAt: 0, id: '' },
  });
  const told = (...entries: object[]) => event('document-wms:r1', 'StockReceived', { entries });
  const released = (...entries: object[]) => event('order-web:o1', 'ParkedLinesReleased', { entries });
  const posted = (data: { sku: string }) => event(`item-${data.sku}`, 'MovementPosted', data);

  it.each<[string, ReturnType<typeof event>[], number]>([
    ['is posted', [told(moved(3), moved(2)), posted(moved(3)), posted(moved(2))], 0],
    ['is posted if a parked line was released', [released(moved(3)), posted(moved(3))], 0],
    ['is more than promises', [told({ kind: 'open', sku: 'MUG', quantity: 5 })], 0],
    ['is not posted yet', [told(moved(3))], 2],
    ['is posted twice', [told(moved(3)), posted(moved(3)), posted(moved(3))], 2],
    ['is posted as another quantity', [told(moved(3)), posted(moved(2))], 2],
    ['is posted to another account', [told(moved(3)), posted(moved(3, 'main/damaged'))], 2],
    ['is posted to another item', [told(moved(3)), posted(moved(3, 'main/sellable', 'CUP'))], 4],
    ['is not what was posted', [posted(moved(3))], 2],
  ])('%s', (_, events, wrong) => {
    const books = new TwoBooks();
    for (const each of events) books.look(each);
    expect(books.result()).toMatchObject({ ok: wrong === 0, wrong });
  });

  it('is told in words for the first that are wrong, and counted for the others', () => {
    const books = new TwoBooks();
    books.look(told(...Array.from({ length: 30 }, (_, index) => moved(1, 'main/sellable', `S${index}`))));
    const { findings, wrong } = books.result();
    expect(wrong).toBe(60);
    expect(findings).toHaveLength(20);
    expect(findings[0]).toBe('S0, supplier: journal − ledger = -1');
  });
});
