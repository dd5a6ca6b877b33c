import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import { readSettings } from '../../src/environment.ts';
import { EVENT_TYPES } from '../../src/event-types.ts';
import { OnHand } from '../../src/service.ts';
import { askAt } from '../http/harness.ts';
import {
  type Answered,
  type KeptPicture,
  type Opened,
  openLog,
  untilAtRest,
  withService,
} from './answers.ts';
import { eventsOf, putInto, readLines } from './kept-log.ts';

/** Of versions: `first` is from the first day of development on which all parts ran together. */
const LOGS = ['first', '0.1.0'] as const;

describe.each(LOGS)('the log of the version %s', (log) => {
  const kept = readLines<Answered | { readonly picture: KeptPicture }>(`${log}.answers.jsonl`);
  let opened: Opened;
  beforeAll(async () => {
    opened = await openLog(log);
  });

  it('gives the answers that it gave before', () => {
    const { answers } = opened;
    expect(answers).toEqual(kept.filter((line) => 'ask' in line));
  });

  it('passes every check of `verify`, and gives the same picture when rebuilt', () => {
    expect(opened).toMatchObject({ wrong: [], isSameRebuilt: true });
  });

  /** Otherwise a picture with rows by former rules would be kept across an upgrade. */
  it('gives the same picture as before, unless the version of a shelf has changed', () => {
    const before = kept.flatMap((line) => ('picture' in line ? [line.picture] : []))[0]!;
    const { hash, shelves } = opened.picture;
    expect(hash).toHaveLength(64);
    expect(hash === before.hash || !isDeepStrictEqual(shelves, before.shelves)).toBe(true);
  });
});

describe('a reservation that the first version has made', () => {
  it('is released on request, though its event does not say which request made it', async () => {
    await withService('first', async (service) => {
      const ask = askAt(service.url);
      expect((await ask('GET /v1/items/MUG')).json.totals.reserved).toBe(2);
      await ask('POST /v1/reservations/h1/release', {});
      await untilAtRest(service);
      expect((await ask('GET /v1/items/MUG')).json.totals.reserved).toBe(0);
    });
  });

  it('is committed to its order when it is confirmed', async () => {
    await withService('first', async (service) => {
      const ask = askAt(service.url);
      const { committed } = (await ask('GET /v1/items/MUG')).json.totals;
      const confirmed = await ask('POST /v1/reservations/h1/confirm', { orderId: 'o-new' });
      expect(confirmed.status).toBe(200);
      await untilAtRest(service);
      expect((await ask('GET /v1/items/MUG')).json.totals).toMatchObject({
        reserved: 0,
        committed: committed + 2,
      });
    });
  });
});

it('the kept logs have an event of every type', () => {
  const stored = LOGS.flatMap((log) => eventsOf(log).map(({ type }) => type));
  expect([...new Set(stored)].sort()).toEqual([...EVENT_TYPES].sort());
});

it('a log with a type of event of a later version is refused, and left as it is', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'onhand-later-'));
  await putInto(directory, '0.1.0');
  const onFile = (sql: string): unknown => {
    const database = new DatabaseSync(join(directory, 'events.db'));
    const answer = database.prepare(sql).all();
    database.close();
    return answer;
  };
  onFile(`UPDATE types SET name = 'StockTeleported' WHERE name = 'StockMoved'`);
  const before = onFile('SELECT * FROM log');
  await expect(OnHand.open(readSettings({ DATA_DIR: directory }))).rejects.toMatchObject({
    code: 'DATA_FILE_UNUSABLE',
    message: expect.stringMatching(
      /later version of OnHand \(events of the type StockTeleported, which this one/,
    ),
  });
  expect(onFile('SELECT * FROM log')).toEqual(before);
  rmSync(directory, { recursive: true });
});
