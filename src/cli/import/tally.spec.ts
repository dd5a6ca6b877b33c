import type { Message } from '#inventory';
import type { Outcome } from '#journal';
import { InFlight } from './in-flight.ts';
import { Tally } from './tally.ts';

const saleOf = (lines: number): { readonly message: Message } => ({
  message: {
    source: 'till',
    id: '1',
    type: 'sale.completed',
    occurredAt: 0,
    data: { saleId: '1', location: 'shop', lines: Array.from({ length: lines }, () => ({ quantity: 1 })) },
  },
});
const ended = (outcome: Outcome['outcome'], more: Partial<Outcome> = {}): Outcome => ({
  outcome,
  position: 7,
  recordedAt: 0,
  ...more,
});
const waiting = { line: '1', code: 'ITEM_UNKNOWN', detail: '' } as const;

describe('the tally of a file', () => {
  it('counts each row of a document by what became of its line', () => {
    const tally = new Tally();
    tally.skipped({ skipped: 'postage', rows: 2 });
    tally.ended({ rows: 3, line: 2, ...saleOf(3) }, ended('accepted'));
    tally.ended({ rows: 3, line: 5, ...saleOf(3) }, ended('parked', { parked: [waiting] }));
    tally.ended({ rows: 4, line: 8, ...saleOf(4) }, ended('duplicate', { position: 9 }));
    tally.ended(
      { rows: 5, line: 12 },
      ended('rejected', { error: { code: 'WRONG_TYPE', detail: 'Mend it.' } }),
    );
    expect(tally.lines).toEqual({ read: 17, posted: 5, duplicate: 4, parked: 1, skipped: 2, rejected: 5 });
    expect(tally.closes).toBe(true);
    expect(tally.messages).toEqual({ accepted: 1, duplicate: 1, parked: 1, rejected: 1 });
    expect(tally.rejectedBy).toEqual({ WRONG_TYPE: 5 });
    expect(tally.troubles).toEqual([{ line: 12, code: 'WRONG_TYPE', detail: 'Mend it.' }]);
    expect(tally.position).toBe(9);
  });

  it('counts a line of JSON as one, however many lines its message has', () => {
    const tally = new Tally();
    tally.ended({ rows: 1, line: 1, ...saleOf(3) }, ended('parked', { parked: [waiting, waiting] }));
    expect(tally.lines).toMatchObject({ read: 1, posted: 0, parked: 1 });
  });

  it('counts what was generated as messages and not as rows', () => {
    const tally = new Tally();
    tally.ended({ rows: 0, line: 0, ...saleOf(900) }, ended('accepted'));
    expect([tally.lines.read, tally.messages.accepted]).toEqual([0, 1]);
    expect(tally.closes).toBe(true);
  });

  it('lists some troubles and counts all', () => {
    const tally = new Tally();
    for (let line = 1; line <= 50; line++) tally.wouldBeRefused({ rows: 1, line }, { code: 'X', detail: '' });
    expect([tally.troubles.length, tally.rejectedBy.X]).toEqual([20, 50]);
  });
});

describe('work in flight', () => {
  it('is never more than is allowed', async () => {
    const inFlight = new InFlight(3);
    let [going, most, done] = [0, 0, 0];
    for (let i = 0; i < 20; i++) {
      await inFlight.add(async () => {
        most = Math.max(most, ++going);
        await new Promise((resolve) => setTimeout(resolve, i % 4));
        going--;
        done++;
      });
    }
    await inFlight.settled();
    expect([most, done]).toEqual([3, 20]);
  });

  it('tells a failure once: where more is added, or where its end is waited for', async () => {
    const inFlight = new InFlight(2);
    await inFlight.add(() => Promise.reject(new Error('first')));
    await expect(inFlight.add(() => Promise.resolve())).rejects.toThrow('first');
    await inFlight.add(() => Promise.reject(new Error('second')));
    await expect(inFlight.settled()).rejects.toThrow('second');
    await expect(inFlight.settled()).resolves.toBeUndefined();
  });
});
