import { DatabaseSync } from 'node:sqlite';
import type { IndexPage } from '../src/index.ts';
import { ShelfTable } from './shelf-table.ts';

describe('the table of a shelf', () => {
  let database: DatabaseSync;
  beforeEach(() => (database = new DatabaseSync(':memory:')));
  afterEach(() => database.close());

  /** What SQLite looks for in the index, for such a page. */
  function lookedFor(page: Omit<IndexPage, 'limit'>): string {
    let asked = '';
    const table = new ShelfTable(
      watched(database, (sql) => (asked = sql)),
      'stocks',
      ['category'],
    );
    table.byIndex('category', { limit: 10, ...page });
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${asked}`).all();
    expect(plan).toHaveLength(1);
    return (
      /USING INDEX stocks_index_0 \((.*)\)$/.exec(String(plan[0]!['detail']))?.[1] ??
      String(plan[0]!['detail'])
    );
  }

  it('begins a page where the one before it ended, and reads none of the rows between', () => {
    const after = { value: 'mugs', key: 'S-7' };
    expect(lookedFor({ equals: 'mugs' })).toBe('index_0=?');
    expect(lookedFor({ equals: 'mugs', after })).toBe('index_0=? AND key>?');
    expect(lookedFor({ above: 'cups' })).toBe('index_0>?');
    expect(lookedFor({ above: 'cups', after })).toBe('(index_0,key)>(?,?)');
    expect(lookedFor({ after })).toBe('(index_0,key)>(?,?)');
  });

  it('refuses to go on behind a row that is none of those asked for', () => {
    expect(() => lookedFor({ equals: 'mugs', after: { value: 'cups', key: 'S-7' } })).toThrow('Bug:');
    expect(() => lookedFor({ equals: 'mugs', above: 'cups' })).toThrow('Bug:');
  });
});

/** Tells each statement that is prepared from it. */
const watched = (database: DatabaseSync, onPrepared: (sql: string) => void): DatabaseSync =>
  new Proxy(database, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        if (name === 'prepare') onPrepared(String(args[0]));
        return (value as (...args: unknown[]) => unknown).apply(target, args);
      };
    },
  });
