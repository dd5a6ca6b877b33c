import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { NO_STREAM, READ_EVENTS_MAX, type RecordedEvent } from '#event-store';
import { SqliteEventStore } from '#event-store/sqlite';
import { systemClock } from '#kernel';
import { type Fold, NewestEvent, Projector, type ReadModel, type Shelf } from '#read-model';
import { SqliteReadModel } from '#read-model/sqlite';
import { until } from '../../kernel/testing/until.ts';

/** Longer than any machine takes. */
const PATIENT_MS = 600_000;

/** Counts events by stream, and may break off at one of them. */
class Counting implements Fold {
  readonly #counts: Shelf<{ count: number }>;
  failAt = Number.POSITIVE_INFINITY;

  constructor(readModel: ReadModel) {
    this.#counts = readModel.shelf({ name: 'counts', version: 1 });
  }

  apply({ stream, position }: RecordedEvent): void {
    if (position === this.failAt) throw new Error(`no fold for ${position}`);
    this.#counts.put(stream, { count: this.countOf(stream) + 1 });
  }

  countOf(stream: string): number {
    return this.#counts.get(stream)?.count ?? 0;
  }
}

/** Sees positions, and may break off before it has seen one. */
class Failing implements Fold {
  readonly seen: number[] = [];
  failAt = 0;

  apply({ position }: RecordedEvent): void {
    if (position === this.failAt) throw new Error('not now');
    this.seen.push(position);
  }
}

let directory: string;
let store: SqliteEventStore;
let readModel: SqliteReadModel;
let counting: Counting;
let newest: NewestEvent;
let projector: Projector;

const openLog = (folder: string): Promise<SqliteEventStore> =>
  SqliteEventStore.open({ directory: folder, clock: systemClock, writer: 'inline' });
const openPicture = (options: Pick<Parameters<typeof SqliteReadModel.open>[0], 'pace'> = {}): void => {
  readModel = SqliteReadModel.open({ file: join(directory, 'picture.db'), ...options });
  counting = new Counting(readModel);
  newest = new NewestEvent(readModel);
  projector = new Projector({ store, readModel, folds: [counting], newest });
};
const happen = async (stream: string, times: number): Promise<void> => {
  const events = Array.from({ length: times }, () => ({
    id: crypto.randomUUID(),
    type: 'Happened',
    data: {},
  }));
  await store.append(stream, NO_STREAM, events);
};

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'onhand-projector-'));
  store = await openLog(directory);
  openPicture();
});
afterEach(async () => {
  readModel.close();
  await store.close();
  rmSync(directory, { recursive: true });
});

it('catches up, and goes on from where it was after a restart', async () => {
  await happen('a-1', 3);
  await projector.catchUp();
  readModel.close();
  await happen('a-2', 2);
  openPicture();
  expect([projector.position, counting.countOf('a-1'), counting.countOf('a-2')]).toEqual([3, 3, 0]);
  await projector.catchUp();
  expect([projector.position, counting.countOf('a-1'), counting.countOf('a-2')]).toEqual([5, 3, 2]);
});

it('follows what comes, tells who waits, and stops when told to', async () => {
  const stop = new AbortController();
  const running = projector.run(stop.signal);
  const waiting = projector.waitFor(2, PATIENT_MS);
  await happen('a-1', 2);
  expect(await waiting).toBe(true);
  expect(await projector.waitFor(3, 10)).toBe(false);
  stop.abort();
  await running;
  readModel.close();
  openPicture();
  expect(projector.position).toBe(2);
});

it('brings to the file what changed just before nothing more came', async () => {
  readModel.close();
  openPicture({ pace: { commitEveryMs: 0, dirtyRowsMax: 50_000, spillRows: 1 } });
  const stop = new AbortController();
  const running = projector.run(stop.signal);
  for (let stream = 0; stream < 100; stream++) await happen(`a-${stream}`, 1);
  const inFile = new DatabaseSync(join(directory, 'picture.db'), { readOnly: true });
  const position = inFile.prepare('SELECT position FROM picture');
  await until(() => position.get()?.['position'] === 100, 'the picture in its file');
  inFile.close();
  stop.abort();
  await running;
});

it('counts nothing twice after a fold broke off in the middle of a page', async () => {
  await happen('a-1', 5);
  counting.failAt = 4;
  await expect(projector.run(new AbortController().signal)).rejects.toThrow('no fold for 4');
  readModel.close();
  openPicture();
  expect([projector.position, counting.countOf('a-1')]).toEqual([0, 0]);
  await projector.catchUp();
  expect(counting.countOf('a-1')).toBe(5);
});

it('goes on from the very fold that broke off', async () => {
  await happen('a-1', 5);
  const later = new Failing();
  projector = new Projector({ store, readModel, folds: [counting, later] });
  later.failAt = 3;
  await expect(projector.catchUp()).rejects.toThrow('not now');
  later.failAt = 0;
  await projector.catchUp();
  expect([counting.countOf('a-1'), later.seen]).toEqual([5, [1, 2, 3, 4, 5]]);
});

describe('a picture', () => {
  const reopen = (options?: Parameters<typeof openPicture>[0]): void => {
    readModel.close();
    openPicture(options);
  };

  it('is of its own log, however far that has gone on since, and of no other', async () => {
    await happen('a-1', 3);
    expect(await newest.isIn(store)).toBe(true);
    await projector.catchUp();
    await happen('a-2', 2);
    reopen();
    expect(await newest.isIn(store)).toBe(true);
    await store.close();
    store = await openLog(join(directory, 'other'));
    await happen('a-1', 5);
    expect(await newest.isIn(store)).toBe(false);
  });

  it('names the newest event of what its file stands for, also after a crash', async () => {
    reopen({ pace: { commitEveryMs: 0, dirtyRowsMax: 1, spillRows: 1 } });
    counting.failAt = 12;
    const running = projector.run(new AbortController().signal).catch(String);
    for (let event = 1; event <= counting.failAt; event++) {
      await happen(`a-${event}`, 1);
      if (event < counting.failAt) await projector.waitFor(event, PATIENT_MS);
    }
    expect(await running).toBe('Error: no fold for 12');
    readModel.close();
    readModel = SqliteReadModel.open({ file: join(directory, 'picture.db') });
    const row = readModel.shelf({ name: 'newest-event', version: 1, hashed: false }).get('newest');
    expect(readModel.openedAt).toBeGreaterThan(1);
    expect(row).toMatchObject({ position: readModel.openedAt });
  });
});

it('says that it is behind while the log is ahead by more than a page, and not at rest', async () => {
  const said: boolean[] = [];
  const noticing: Fold = { apply: () => void said.push(behind.isBehind) };
  const behind = new Projector({ store, readModel, folds: [noticing] });
  await happen('a-1', READ_EVENTS_MAX + 3);
  const stopping = new AbortController();
  const running = behind.run(stopping.signal);
  await behind.waitFor(await store.head(), PATIENT_MS);
  stopping.abort();
  await running;
  expect(said).toEqual([...Array<boolean>(READ_EVENTS_MAX).fill(true), false, false, false]);
  expect(behind.isBehind).toBe(false);
});

it('tells each fold of the categories that it names, in the order of the log', async () => {
  await happen('a-1', 2);
  await happen('ab-1', 1);
  await happen('b', 1);
  await happen('a-2', 1);
  const ofA = Object.assign(new Failing(), { categories: ['a'] });
  const ofBoth = Object.assign(new Failing(), { categories: ['ab', 'b'] });
  const ofAll = new Failing();
  await new Projector({ store, readModel, folds: [ofA, ofBoth, ofAll] }).catchUp();
  expect([ofA.seen, ofBoth.seen, ofAll.seen]).toEqual([
    [1, 2, 5],
    [3, 4],
    [1, 2, 3, 4, 5],
  ]);
});
