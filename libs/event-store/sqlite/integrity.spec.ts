import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { systemClock } from '#kernel';
import { NO_STREAM } from '../src/index.ts';
import { checkLog } from './backup.ts';
import { SqliteEventStore } from './index.ts';
import { changeUnchecked } from './testing/change-unchecked.ts';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'onhand-'));
  file = join(directory, 'events.db');
});
afterEach(() => rmSync(directory, { recursive: true }));

const open = (): Promise<SqliteEventStore> =>
  SqliteEventStore.open({ directory, clock: systemClock, writer: 'inline' });

it('the check of a log takes no more memory for a larger log', async () => {
  const store = await open();
  for (let number = 0; number < 150; number++) {
    const data = { words: String(number).padEnd(600_000, 'x') };
    await store.append(`item-${number}`, NO_STREAM, [{ id: randomUUID(), type: 'Told', data }]);
  }
  await store.close();

  const thread = new Worker(new URL('./chores.worker.ts', import.meta.url), {
    workerData: { file },
    execArgv: ['--conditions=source'],
    resourceLimits: { maxOldGenerationSizeMb: 40 }, // Of a log of 90 MB.
  });
  const answer = await new Promise((resolve) => {
    thread.on('message', (said: { kind: string }) => said.kind !== 'checking' && resolve(said));
    thread.once('error', resolve);
    thread.postMessage({ kind: 'check' });
  });
  await thread.terminate();
  expect(answer).toEqual({ kind: 'checked', problems: [] });
}, 60_000);

it('the check of a log says how far it is, to the end', async () => {
  await (await open()).close();
  const told: object[] = [];
  await checkLog(file, (checks) => told.push(checks));
  const of = told.length - 1;
  expect(told).toEqual(told.map((_, done) => ({ done, of })));
  expect(of).toBeGreaterThan(5);
});

describe('a stream that lacks a revision', () => {
  /** Three streams of four events, of which the index has those up to a position. */
  async function logSettledThrough(position: number): Promise<void> {
    const store = await open();
    for (const stream of ['item-a', 'item-b', 'item-c']) {
      const events = Array.from({ length: 4 }, () => ({ id: randomUUID(), type: 'Told', data: {} }));
      await store.append(stream, NO_STREAM, events);
    }
    await store.close();
    changeUnchecked(
      file,
      `DELETE FROM stream_events;
       INSERT INTO stream_events SELECT stream, revision, position FROM events WHERE position <= ${position};
       UPDATE settled SET through = ${position}`,
    );
  }

  it.each([0, 3, 4, 6, 12])('is named, wherever the index ends (%d)', async (settled) => {
    await logSettledThrough(settled);
    expect(await checkLog(file)).toEqual([]);
    for (const position of [5, 6, 7]) {
      const before = new DatabaseSync(file);
      const [event] = before.prepare(`SELECT * FROM events WHERE position = ${position}`).all();
      before.close();
      const gone = `DELETE FROM events WHERE position = ${position}; DELETE FROM stream_events WHERE position = ${position}`;
      changeUnchecked(file, gone);
      expect(await checkLog(file)).toContain('a stream whose revisions have a gap: item-b');
      putBack(event!, position <= settled);
    }
    expect(await checkLog(file)).toEqual([]);
  });

  function putBack(event: Record<string, unknown>, isSettled: boolean): void {
    const database = new DatabaseSync(file);
    const columns = Object.keys(event);
    const marks = columns.map(() => '?').join(', ');
    database
      .prepare(`INSERT INTO events (${columns.join(', ')}) VALUES (${marks})`)
      .run(...(Object.values(event) as string[]));
    if (isSettled) {
      const { stream, revision, position } = event as Record<string, number>;
      database.exec(`INSERT INTO stream_events VALUES (${stream}, ${revision}, ${position})`);
    }
    database.close();
  }

  it('or has one twice, is named', async () => {
    await logSettledThrough(0);
    changeUnchecked(file, 'UPDATE events SET revision = 1 WHERE position = 7');
    expect(await checkLog(file)).toContain('a stream whose revisions have a gap: item-b');
  });
});
