import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { IndexPage, Shelf } from '../src/index.ts';
import { SqliteReadModel } from './index.ts';

interface Row {
  group: string | null;
  rank: number;
}

const definition = {
  name: 'rows',
  version: 1,
  hotRowsMax: 6, // So few that most rows are cold.
  indexes: { group: (row: Row) => row.group, rank: (row: Row) => row.rank },
};

/** So small that a commit takes many calls. */
const pace = { commitEveryMs: 0, dirtyRowsMax: 1, spillRows: 2 };

const keys = [
  'a',
  'b',
  'B',
  'é',
  '日本',
  '🍵',
  'z z',
  '',
  '10',
  '9',
  ...Array.from({ length: 30 }, (_, n) => `k${n}`),
];
const bytewise = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const compare = (a: string | number, b: string | number): number =>
  typeof a === 'string' ? bytewise(a, String(b)) : a - Number(b);

/** What the shelf must be equal to: a Map now, and as it was at each position. */
class Model {
  now = new Map<string, Row>();
  position = 0;
  committedPosition = 0;
  readonly #states = new Map<number, Map<string, Row>>([[0, new Map()]]);

  moveOn(): number {
    this.#states.set(++this.position, structuredClone(this.now));
    return this.position;
  }

  /** What was committed in passing may be there or not; nothing else. */
  crash(openedAt: number): void {
    expect(openedAt).toBeGreaterThanOrEqual(this.committedPosition);
    expect(openedAt).toBeLessThanOrEqual(this.position);
    this.now = structuredClone(this.#states.get(openedAt)!);
    this.position = openedAt;
    this.committedPosition = openedAt;
  }

  byIndex(index: 'group' | 'rank', page: IndexPage): { key: string; row: Row; value: string | number }[] {
    const { equals, above, after, limit } = page;
    return [...this.now]
      .flatMap(([key, row]) => (row[index] === null ? [] : [{ key, row, value: row[index] }]))
      .filter(({ value }) => equals === undefined || value === equals)
      .filter(({ value }) => above === undefined || compare(value, above) > 0)
      .filter(({ key, value }) => {
        if (after === undefined) return true;
        return (compare(value, after.value) || bytewise(key, after.key)) > 0;
      })
      .sort((a, b) => compare(a.value, b.value) || bytewise(a.key, b.key))
      .slice(0, limit);
  }
}

interface World {
  file: string;
  model: SqliteReadModel;
  shelf: Shelf<Row>;
}

const key = fc.constantFrom(...keys);
const group = fc.constantFrom('g', 'h', 'ü', null);
const rank = fc.integer({ min: -3, max: 3 }).map((n) => n / 2);
const limit = fc.integer({ min: 1, max: 12 });

type Step = (expected: Model, world: World) => void;

const steps: fc.Arbitrary<Step>[] = [
  fc.record({ key, group, rank }).map(({ key, ...row }) => (expected, { shelf }) => {
    expected.now.set(key, { ...row });
    shelf.put(key, { ...row });
  }),
  fc.record({ key, rank }).map(({ key, rank }) => (expected, { shelf }) => {
    const row = shelf.get(key);
    expect(row).toEqual(expected.now.get(key));
    if (row === undefined) return;
    row.rank = rank;
    shelf.put(key, row);
    expected.now.get(key)!.rank = rank;
  }),
  key.map((key) => (expected, { shelf }) => {
    expected.now.delete(key);
    shelf.delete(key);
  }),
  fc.constant((expected, { model }) => model.spill(expected.moveOn())),
  fc.constant((expected, { shelf }) => expect(shelf.count()).toBe(expected.now.size)),
  fc.constant((expected, { model }) => {
    model.commit(expected.moveOn());
    expected.committedPosition = expected.position;
  }),
  fc.constant((expected, world) => {
    world.model.close();
    openWorld(world);
    expected.crash(world.model.openedAt);
  }),
  fc.record({ after: fc.option(key, { nil: undefined }), limit }).map((page) => (expected, { shelf }) => {
    const { after, limit } = page;
    const rows = [...expected.now].map(([key, row]) => ({ key, row }));
    const sorted = rows.sort((a, b) => bytewise(a.key, b.key));
    const later = sorted.filter(({ key }) => after === undefined || bytewise(key, after) > 0);
    expect(shelf.byKey({ limit, ...(after !== undefined && { after }) })).toEqual(later.slice(0, limit));
  }),
  indexStep('group', fc.constantFrom<string>('g', 'h', 'ü', 'i')),
  indexStep('rank', rank),
];

function indexStep(index: 'group' | 'rank', value: fc.Arbitrary<string | number>): fc.Arbitrary<Step> {
  const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
    fc.option(arbitrary, { nil: undefined });
  return fc
    .record({ equals: maybe(value), above: maybe(value), after: maybe(fc.record({ value, key })), limit })
    .map(({ equals, above, after, limit }) => {
      // One of the two, and what was last seen is within it.
      if (equals !== undefined) return { equals, after: after && { ...after, value: equals }, limit };
      const isSeen = !after || above === undefined || compare(after.value, above) > 0;
      return { equals, above, after: isSeen ? after : undefined, limit };
    })
    .map(({ equals, above, after, limit }) => (expected, { shelf }) => {
      const page = {
        limit,
        ...(equals !== undefined && { equals }),
        ...(above !== undefined && { above }),
        ...(after && { after }),
      };
      expect(shelf.byIndex(index, page)).toEqual(expected.byIndex(index, page));
    });
}

function openWorld(world: { file: string } & Partial<World>): World {
  const model = SqliteReadModel.open({ file: world.file, pace });
  return Object.assign(world, { model, shelf: model.shelf<Row>(definition) });
}

const inNewFile = (test: (file: string) => void): void => {
  const directory = mkdtempSync(join(tmpdir(), 'onhand-'));
  try {
    test(join(directory, 'read-model.db'));
  } finally {
    rmSync(directory, { recursive: true });
  }
};

describe('a shelf', () => {
  it('is a Map that survives crashes as of its last commit', () => {
    const anySteps = fc.array(fc.oneof({ maxDepth: 1 }, ...steps), { minLength: 20, maxLength: 120 });
    fc.assert(
      fc.property(anySteps, (steps) =>
        inNewFile((file) => {
          const expected = new Model();
          const world = openWorld({ file });
          for (const step of steps) step(expected, world);
          for (const key of keys) expect(world.shelf.get(key)).toEqual(expected.now.get(key));
          world.model.close();
        }),
      ),
      { numRuns: 60 },
    );
  });

  it('has the same hash for the same rows, however they came to be', () => {
    const rows = fc.uniqueArray(fc.record({ key, group, rank }), {
      selector: ({ key }) => key,
      minLength: 1,
    });
    fc.assert(
      fc.property(rows, fc.nat(), (rows, turn) => {
        const shuffled = [...rows.slice(turn % rows.length), ...rows.slice(0, turn % rows.length)].reverse();
        const hashOf = (order: typeof rows, withDetour: boolean): string => {
          const model = SqliteReadModel.open({ file: ':memory:' });
          const shelf = model.shelf<Row>(definition);
          const aside = model.shelf<Row>({ name: 'aside', version: 1, hashed: false });
          for (const { key, group, rank } of order) {
            shelf.put(key, withDetour ? { rank: rank + 1, group: 'x' } : { group, rank });
            if (withDetour) model.commit(1);
            if (withDetour) shelf.put(key, { rank, group });
            if (withDetour) aside.put(key, { rank, group });
          }
          const hash = model.hash();
          model.close();
          return hash;
        };
        expect(hashOf(shuffled, true)).toBe(hashOf(rows, false));
        expect(hashOf(rows.slice(1), false)).not.toBe(hashOf(rows, false));
      }),
      { numRuns: 50 },
    );
  });
});
