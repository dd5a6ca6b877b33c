import { Query } from '@nestjs/cqrs';
import { IN_MEMORY, SqliteReadModel } from '#read-model/sqlite';
import { onList, onQuery } from './handlers.ts';

class ListSkus extends Query<readonly string[]> {}

describe('a list', () => {
  it('that very much has just changed in has little left to write when it is read', async () => {
    const model = SqliteReadModel.open({ file: IN_MEMORY });
    const shelf = model.shelf<{ units: number }>({ name: 'stocks', version: 1 });
    for (let number = 10_000; number < 30_000; number++) shelf.put(`sku-${number}`, { units: number });
    let unwritten = NaN;
    const Handler = onList(ListSkus, ({ rooms }) => {
      unwritten = (rooms.readModel as SqliteReadModel).changedRows;
      return shelf.byKey({ limit: 1 }).map(({ key }) => key);
    });
    const skus = await new Handler({ rooms: { readModel: model } }).execute(new ListSkus());
    expect(unwritten).toBeLessThanOrEqual(2_000);
    expect(skus).toEqual(['sku-10000']);
    model.close();
  });

  it('cannot be declared as if it were one answer', () => {
    // It compiles with these words only, and with no rows.
    const handler = onQuery(ListSkus, () => Promise.resolve('rows: declare it with onList' as const));
    expect(handler.name).toBe('ListSkusHandler');
  });
});
