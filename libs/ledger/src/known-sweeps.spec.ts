import type { RecordedEvent } from '#event-store';
import type { Sweep } from '#inventory';
import { IN_MEMORY, SqliteReadModel } from '#read-model/sqlite';
import { swept } from '../../inventory/testing/entries.ts';
import { KnownSweeps } from './known-sweeps.ts';
import { LedgerBook } from './ledger-book.ts';

let readModel: SqliteReadModel;
beforeEach(() => {
  readModel = SqliteReadModel.open({ file: IN_MEMORY });
});
afterEach(() => readModel.close());

describe('the complete snapshots known', () => {
  const told = (sweep: Sweep, position: number): RecordedEvent => ({
    ...{ stream: `document-wms:d-${position}`, revision: 0, position, recordedAt: 0, id: '' },
    ...{ type: 'StockSnapshotTaken', data: { entries: [sweep] } },
  });
  const times = (sweeps: KnownSweeps, terms: { from?: number; before?: number; journal?: number } = {}) =>
    sweeps
      .between('main', { from: 0, before: Infinity, journal: Infinity, ...terms })
      .map(({ key }) => key.at);

  it('are those of the picture and those that it does not have yet, each once, by time', () => {
    const book = new LedgerBook(readModel);
    const sweeps = new KnownSweeps(book);
    const [late, early, middle] = [swept(900), swept(100), swept(500)];
    sweeps.add(late, 1);
    sweeps.add(early, 2);
    sweeps.add(middle, 3);
    sweeps.add(swept(500, [], { location: 'shop' }), 4);
    for (const [position, sweep] of [late, early, middle].entries()) {
      expect(times(sweeps)).toEqual([100, 500, 900]);
      book.apply(told(sweep, position + 1));
    }
    expect(times(sweeps)).toEqual([100, 500, 900]);
    sweeps.add(swept(700), 5);
    expect(times(sweeps)).toEqual([100, 500, 700, 900]);
  });

  it('are found from one moment until before another, among those told before', () => {
    const book = new LedgerBook(readModel);
    const sweeps = new KnownSweeps(book);
    book.apply(told(swept(100), 1));
    book.apply(told(swept(200), 2));
    sweeps.add(swept(300), 3);
    sweeps.add(swept(400), 4);
    expect(times(sweeps, { from: 200, before: 400 })).toEqual([200, 300]);
    expect(times(sweeps, { journal: 4 })).toEqual([100, 200, 300]);
    expect(times(sweeps, { journal: 2 })).toEqual([100]);
    expect(times(sweeps, { from: 300 })).toEqual([300, 400]);
    expect(times(sweeps, { from: 401 })).toEqual([]);
  });
});
