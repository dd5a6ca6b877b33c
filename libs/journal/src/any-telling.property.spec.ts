import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FactRecorded, Message } from '#inventory';
import { sumOf } from '../../inventory/testing/telling.ts';
import { line, NOON, placed, receipt, sale, shipped } from '../testing/messages.ts';
import { arrivalOf, openJournal, type OpenedJournal } from '../testing/opened-journal.ts';

const units = fc.integer({ min: 1, max: 3 });
/** In each run other ids, so that one store serves them all. `HALF` breaks a rule, `GHOST…` is defined later. */
const messages = (run: string): fc.Arbitrary<Message> => {
  const order = fc.constantFrom(`${run}-o1`, `${run}-o2`);
  const sku = fc.constantFrom('MUG', 'CUP', `GHOST-${run}`);
  const at = fc.integer({ min: NOON - 5, max: NOON });
  const id = fc.constantFrom('a', 'b', 'c', 'd');
  return fc.oneof(
    fc.tuple(order, sku, units, at).map(([o, s, n, time]) => placed(o, [line(s, n)], { at: time, id: 'p' })),
    fc
      .tuple(order, sku, units, at, id)
      .map(([o, s, n, time, name]) => shipped(o, [line(s, n)], { at: time, id: name })),
    fc
      .tuple(order, sku, units, at, id)
      .map(([o, s, n, time, name]) => sale(o, { at: time, id: name }, [line(s, n)])),
    fc
      .tuple(order, units, at, id)
      .map(([o, n, time, name]) => receipt(o, [line('MUG', n)], { at: time, id: name })),
    fc.tuple(order, id).map(([o, name]) => sale(o, { id: `half-${name}` }, [line('MUG', 0.5)])),
  );
};

/** Content may differ under one name: only the first of them counts, so all tellings keep the same one. */
const firstOfEach = (told: readonly Message[]): Message[] => {
  const names = new Map<string, Message>();
  for (const message of told) {
    const { orderId, saleId, documentId } = message.data as unknown as Record<string, string>;
    const name = `${orderId ?? saleId ?? documentId} ${message.source} ${message.id}`;
    if (!names.has(name)) names.set(name, message);
  }
  return [...names.values()];
};

describe('whatever is told, in whatever batches, how often, by however many at once', () => {
  let opened: OpenedJournal;
  let runs = 0;
  beforeAll(async () => {
    opened = await openJournal();
  });
  afterAll(() => opened.close());

  it('every message has one outcome and one effect, and all are accounted for', async () => {
    const run = fc
      .constant(0)
      .map(() => `run${runs++}`)
      .chain((name) =>
        fc.record({
          name: fc.constant(name),
          told: fc.array(messages(name), { minLength: 1, maxLength: 12 }).map(firstOfEach),
          repeats: fc.array(fc.nat(), { maxLength: 12 }),
          cuts: fc.array(fc.nat({ max: 24 }), { maxLength: 4 }),
        }),
      );
    await fc.assert(
      fc.asyncProperty(run, ({ name, told, repeats, cuts }) => tellAndCheck(name, told, repeats, cuts)),
      {
        numRuns: 30,
        endOnFailure: true, // Each run needs names of its own: none can be told again.
      },
    );
  });

  async function tellAndCheck(
    run: string,
    told: Message[],
    repeats: number[],
    cuts: number[],
  ): Promise<void> {
    const before = opened.book.counts();
    const all = [...told, ...repeats.map((index) => told[index % told.length]!)];
    const journals = [opened.journal, opened.another()];
    const batches = cutInto(all, cuts);
    const telling = batches.map((batch, index) =>
      journals[index % 2]!.accept(batch.map(arrivalOf), { door: 'test' }),
    );
    const outcomes = (await Promise.all(telling)).flat();
    await opened.putItem(`GHOST-${run}`);

    expect(outcomes.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    const after = opened.book.counts();
    const halves = all.filter(({ id }) => id.startsWith('half-')).length;
    expect({
      received: after.received - before.received,
      taken: after.accepted + after.parked - before.accepted - before.parked,
      duplicate: after.duplicate - before.duplicate,
      rejected: after.rejected - before.rejected,
    }).toEqual({
      received: all.length,
      taken: told.filter(({ id }) => !id.startsWith('half-')).length,
      duplicate: all.length - halves - told.filter(({ id }) => !id.startsWith('half-')).length,
      rejected: halves,
    });
    expect(opened.book.parkedCount()).toBe(0);
    const rows = opened.book.completeness({ limit: 1_000 });
    expect(after.received).toBe(rows.reduce((sum, { received }) => sum + received, 0));

    const again = told.map((message) => renamed(message, run));
    for (const message of again.toReversed()) await opened.tell(message);
    expect(await effectOf(run)).toEqual(await effectOf(`${run}x`));
  }

  /** The same facts of other orders and documents. */
  const renamed = (message: Message, run: string): Message =>
    JSON.parse(JSON.stringify(message).replaceAll(`"${run}-`, `"${run}x-`)) as Message;

  /** By order: what is open is absolute, so that two orders must not be mixed. */
  async function effectOf(run: string): Promise<unknown> {
    const effects = [];
    for (const order of ['o1', 'o2']) {
      const entries = [];
      for (const stream of [
        `order-web:${run}-${order}`,
        `document-pos:${run}-${order}`,
        `document-wms:${run}-${order}`,
      ]) {
        for (const { data } of await opened.store.readStream(stream))
          entries.push(...(data as FactRecorded).entries);
      }
      effects.push(sumOf(entries));
    }
    return effects;
  }
});

function cutInto(all: readonly Message[], cuts: readonly number[]): Message[][] {
  const places = [0, ...cuts.map((cut) => Math.min(cut, all.length)).sort((a, b) => a - b), all.length];
  return places.slice(1).map((end, index) => all.slice(places[index], end));
}
