import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AppendTooLarge, StoreUnavailable } from '#event-store';
import { type AppendFault, FaultyStore } from '../testing/faulty-store.ts';
import { line, placed, sale, shipped } from '../testing/messages.ts';
import { arrivalOf, openJournal, type OpenedJournal } from '../testing/opened-journal.ts';

let opened: OpenedJournal;
let store: FaultyStore;
beforeEach(async () => {
  opened = await openJournal((inner) => (store = new FaultyStore(inner)));
});
afterEach(() => opened.close());

const outcomesOf = (outcomes: readonly { outcome: string }[]): string[] =>
  outcomes.map(({ outcome }) => outcome);
const eventsOf = async (saleId: string): Promise<number> =>
  (await store.readStream(`document-pos:${saleId}`)).length;

describe('many messages that are each the first of their documents', () => {
  const sales = Array.from({ length: 30 }, (_, index) => sale(`s${index}`));

  it('go to the store together, and are answered in their order', async () => {
    const sizes: number[] = [];
    const appendMany = store.appendMany.bind(store);
    store.appendMany = (appends) => {
      sizes.push(appends.length);
      return appendMany(appends);
    };
    const outcomes = await opened.tell(...sales);

    expect(sizes).toEqual([30]);
    expect(outcomes.map(({ outcome, id }) => [outcome, id])).toEqual(sales.map(({ id }) => ['accepted', id]));
    for (const { position } of outcomes) expect(position).toBeGreaterThan(0);
  });

  it('do not affect each other: one was told elsewhere, one loses its answer, one is told twice', async () => {
    await opened.another().accept([arrivalOf(sales[3]!)], { door: 'test' });
    const lost: Record<string, AppendFault[]> = { 'document-pos:s7': ['lost after', 'lost before'] };
    store.fault = (stream) => lost[stream]?.shift();
    const outcomes = await opened.tell(...sales, sale('s3', { id: 'second' }), sale('s4'));

    const expected = sales.map((_, index) => (index === 3 ? 'duplicate' : 'accepted'));
    expect(outcomesOf(outcomes)).toEqual([...expected, 'accepted', 'duplicate']);
    expect(await Promise.all(['s3', 's4', 's7'].map(eventsOf))).toEqual([2, 1, 1]);
  });

  it('are written one by one if all of them together are too much', async () => {
    const appendMany = store.appendMany.bind(store);
    store.appendMany = (appends) => {
      if (appends.length > 1) throw new AppendTooLarge('too large');
      return appendMany(appends);
    };

    expect(new Set(outcomesOf(await opened.tell(...sales)))).toEqual(new Set(['accepted']));
    expect(await Promise.all(sales.map(({ id }) => eventsOf(id)))).toEqual(sales.map(() => 1));
  });

  it('fail together if the store fails; told again, each is there once', async () => {
    const faults: AppendFault[] = [new StoreUnavailable('Gone.')];
    store.fault = (stream) => (stream === 'document-pos:s20' ? faults.shift() : undefined);
    await expect(opened.tell(...sales)).rejects.toThrow(StoreUnavailable);

    const again = await opened.tell(...sales);
    expect(outcomesOf(again)).toEqual(sales.map(({ id }) => (id === 's20' ? 'accepted' : 'duplicate')));
    expect(await Promise.all(sales.map(({ id }) => eventsOf(id)))).toEqual(sales.map(() => 1));
  });

  it('told by two calls at once are recorded by the first, in the order of the calls', async () => {
    const [first, second] = await Promise.all([opened.tell(...sales), opened.tell(...sales)]);

    expect(new Set(outcomesOf(first))).toEqual(new Set(['accepted']));
    expect(new Set(outcomesOf(second))).toEqual(new Set(['duplicate']));
  });

  it('are remembered if more is told of them: an order and its shipment in two calls at once', async () => {
    let reads = 0;
    const readStream = store.readStream.bind(store);
    store.readStream = (stream, page) => {
      if (stream.startsWith('order-')) reads++;
      return readStream(stream, page);
    };
    const mugs = [line('MUG', 1)];
    const orders = Array.from({ length: 10 }, (_, index) => `o${index}`);
    const [told, after] = await Promise.all([
      opened.tell(...orders.map((id) => placed(id, mugs))),
      opened.tell(...orders.map((id) => shipped(id, mugs))),
    ]);

    expect(new Set(outcomesOf([...told, ...after]))).toEqual(new Set(['accepted']));
    expect(reads).toBe(0);
    for (const id of orders) expect((await opened.journal.order('web', id))!.view.status).toBe('shipped');
  });
});
