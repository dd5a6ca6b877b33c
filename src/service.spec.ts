import { jest } from '@jest/globals';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DataDirectoryLocked, StoreUnavailable } from '#event-store';
import { readMessageText, toArrival } from '#intake';
import { isRejection } from '#inventory';
import type { SqliteReadModel } from '#read-model/sqlite';
import { BEHIND_MAX } from './backpressure.ts';
import { currentPicture } from './data-files.ts';
import { readSettings, type Settings } from './environment.ts';
import { gaugesOf } from './gauges.ts';
import { OnHand, type OpenOptions } from './service.ts';
import { until, WAIT_MS_MAX } from '../test/fixtures/waiting.ts';

let directory: string;
let settings: Settings;
const open: OnHand[] = [];
const openOnHand = async (options: OpenOptions = {}): Promise<OnHand> => {
  const onhand = await OnHand.open(settings, options);
  open.push(onhand);
  return onhand;
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'onhand-service-'));
  settings = readSettings({ DATA_DIR: directory });
});
afterEach(async () => {
  for (const onhand of open.splice(0)) await onhand.close();
  rmSync(directory, { recursive: true });
});

async function receive(onhand: OnHand, count: number): Promise<number> {
  const { rooms } = onhand;
  await rooms.catalogDesk.putLocation({ id: 'east', name: 'east', kind: 'warehouse', active: true });
  await rooms.catalogDesk.putSource({ id: 'wms', name: 'wms', kind: 'warehouse', unknownItems: 'create' });
  const channel = {
    id: 'web',
    name: 'web',
    kind: 'storefront',
    locations: ['east'],
    lists: 'all',
    unknownItems: 'park',
  } as const;
  await rooms.catalogDesk.putChannel(channel);
  await rooms.projector.waitFor(await rooms.store.head(), WAIT_MS_MAX);
  const texts = Array.from({ length: count }, (_, i) => {
    const data = { documentId: `d-${i}`, location: 'east', lines: [{ sku: `S-${i % 10}`, quantity: 1 }] };
    return JSON.stringify({
      id: `m-${i}`,
      source: 'wms',
      type: 'stock.received',
      time: '2026-11-01T08:00:00Z',
      data,
    });
  });
  const arrivals = texts.map((text) => toArrival(readMessageText(text, Date.now())));
  const outcomes = await rooms.journal.accept(arrivals, { door: 'test' });
  expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['accepted']));
  return Math.max(...outcomes.map(({ position }) => position));
}

async function settle(onhand: OnHand): Promise<void> {
  await until(async () => {
    const { head, posted, projected, published } = await onhand.status();
    return head === posted && head === projected && head === published;
  }, 'at rest');
}

const onHandOf = (onhand: OnHand, sku: string): number | undefined =>
  onhand.rooms.picture.ledger.item(sku)?.places[0]?.stock[0]?.onHand;

describe('the rooms over one data directory', () => {
  it('say whether there is room for more behind what was handed in', async () => {
    const onhand = await openOnHand();
    const { rooms } = onhand;
    const put = async (id: string): Promise<number> => {
      const answer = await rooms.catalogDesk.putLocation({ id, name: id, kind: 'warehouse', active: true });
      return isRejection(answer) ? Number.NaN : answer.position;
    };
    const first = await put('east');
    await settle(onhand);
    await rooms.pause();
    const position = await put('west');
    const { backpressure } = rooms;
    expect(await backpressure.room(first + BEHIND_MAX, 0)).toBe(true);
    expect(await backpressure.room(position + BEHIND_MAX, 0)).toBe(false);
    expect(await backpressure.room(position, 0)).toBe(true); // Not far behind.
    rooms.resume();
    expect(await backpressure.room(position + BEHIND_MAX, 20_000)).toBe(true);
  });

  it('take messages all the way to the number a channel may sell, and come to rest', async () => {
    const onhand = await openOnHand();
    await receive(onhand, 50);
    await settle(onhand);
    expect(onHandOf(onhand, 'S-3')).toBe(500_000);
    expect(onhand.rooms.picture.availability.number('web', 'S-3')?.available).toBe(500_000);
    expect(await onhand.status()).toMatchObject({
      counts: { received: 50, accepted: 50 },
      lag: { seconds: 0 },
    });
  });

  it('say how they stand without writing what has changed: whoever watches them asks all the time', async () => {
    const onhand = await openOnHand();
    await receive(onhand, 50);
    await settle(onhand);
    const readModel = onhand.rooms.readModel as SqliteReadModel;
    const { changedRows } = readModel;
    expect(changedRows).toBeGreaterThan(0);
    await onhand.status();
    expect(readModel.changedRows).toBe(changedRows);
  });

  it('are the same after they were closed and opened again', async () => {
    const before = await openOnHand();
    await receive(before, 20);
    await settle(before);
    const { head } = await before.status();
    const hash = before.rooms.readModel.hash();
    await open.pop()!.close();
    const after = await openOnHand();
    await settle(after);
    expect((await after.status()).head).toBe(head);
    expect(after.rooms.readModel.hash()).toBe(hash);
  });

  it('are made anew from the log alone where the picture is gone', async () => {
    const before = await openOnHand();
    await receive(before, 20);
    await settle(before);
    const hash = before.rooms.readModel.hash();
    await open.pop()!.close();
    for (const file of readdirSync(directory)) if (file.startsWith('picture')) rmSync(join(directory, file));
    const after = await openOnHand();
    await settle(after);
    expect(after.rooms.readModel.hash()).toBe(hash);
  });

  describe('whose picture is of another log', () => {
    const hashOf = async (folder: string, count: number): Promise<string> => {
      settings = readSettings({ DATA_DIR: folder });
      const onhand = await openOnHand();
      if (count > 0) await receive(onhand, count);
      await settle(onhand);
      const hash = onhand.rooms.readModel.hash();
      await open.pop()!.close();
      return hash;
    };

    /** The hash of what it should be. */
    async function takePictureOfOther(count: number): Promise<string> {
      const other = mkdtempSync(join(tmpdir(), 'onhand-other-'));
      const hash = await hashOf(directory, count);
      await hashOf(other, 20);
      copyFileSync(join(other, 'picture.db'), join(directory, 'picture.db'));
      rmSync(other, { recursive: true });
      settings = readSettings({ DATA_DIR: directory });
      return hash;
    }

    it('have it made anew, though the other is no longer than theirs', async () => {
      const hash = await takePictureOfOther(29);
      expect(await hashOf(directory, 0)).toBe(hash);
    });

    it('stop while it is made anew, where that is wished', async () => {
      await takePictureOfOther(600);
      const reason = new Error('stop');
      await expect(OnHand.open(settings, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    });
  });

  it('are one process only', async () => {
    await openOnHand();
    await expect(OnHand.open(settings)).rejects.toThrow(DataDirectoryLocked);
  });

  it('leave files that only their owner can read', async () => {
    const onhand = await openOnHand();
    await receive(onhand, 1);
    for (const file of readdirSync(directory)) {
      expect([file, statSync(join(directory, file)).mode & 0o077]).toEqual([file, 0]);
    }
  });
});

describe('a rebuild', () => {
  it('finds the same, while everything goes on', async () => {
    const onhand = await openOnHand();
    await receive(onhand, 2_000); // So many that it looks several times how far the live one has come.
    await settle(onhand);
    const rooms = onhand.rooms;
    const meanwhile: Promise<void>[] = [];
    const rebuilt = await onhand.rebuild(() => meanwhile.push(tell(onhand, `meanwhile-${meanwhile.length}`)));
    expect(meanwhile.length).toBeGreaterThan(1);
    await Promise.all(meanwhile);
    expect(rebuilt.wasRight).toBe(true);
    expect(onhand.rooms).toBe(rooms);
    await settle(onhand);
    expect(onHandOf(onhand, 'S-3')).toBe((200 + meanwhile.length) * 100_000);
    expect(readdirSync(directory)).not.toContain('picture-2.db');
  });

  it('takes over where the picture was wrong, and stays', async () => {
    const onhand = await openSpoilt();
    const walFiles = (): string[] => Object.keys(gaugesOf(onhand).walBytes());
    expect(walFiles()).toEqual(['events.db-wal', 'picture.db-wal']);
    expect((await onhand.rebuild()).wasRight).toBe(false);
    expect(onHandOf(onhand, 'S-3')).toBe(200_000);
    expect(walFiles()).toEqual(['events.db-wal', 'picture-2.db-wal']);
    await receiveMore(onhand);
    expect(onHandOf(onhand, 'S-3')).toBe(300_000);
    await open.pop()!.close();
    expect(currentPicture(directory)).toBe('picture-2.db');
    const again = await openOnHand();
    expect(onHandOf(again, 'S-3')).toBe(300_000);
  });

  it('leaves nothing of the picture that was wrong to the next one', async () => {
    expect((await (await openSpoilt()).rebuild()).wasRight).toBe(false);
    await open.pop()!.close();
    expect(pictures()).toEqual(['picture-2.db', 'picture.current']);
    const again = await openOnHand();
    expect((await again.rebuild()).wasRight).toBe(true);
    expect(onHandOf(again, 'S-3')).toBe(200_000);
  });

  it('trusts no file but that of one that was interrupted', async () => {
    const onhand = await openOnHand();
    await receive(onhand, 20);
    await settle(onhand);
    await open.pop()!.close();
    copyFileSync(join(directory, 'picture.db'), join(directory, 'picture-2.db'));
    spoil(join(directory, 'picture-2.db'));
    const again = await openOnHand();
    expect(pictures()).not.toContain('picture-2.db');
    expect((await again.rebuild()).wasRight).toBe(true);
  });

  it('goes on where one that was interrupted had come to', async () => {
    const onhand = await openOnHand();
    await receive(onhand, 20);
    await settle(onhand);
    await open.pop()!.close();
    copyFileSync(join(directory, 'picture.db'), join(directory, 'picture-2.db'));
    writeFileSync(join(directory, 'picture.rebuilding'), 'picture-2.db');
    const again = await openOnHand();
    const readAll = jest.spyOn(again.rooms.store, 'readAll');
    expect((await again.rebuild()).wasRight).toBe(true);
    expect(readAll).not.toHaveBeenCalled();
    expect(pictures()).not.toContain('picture.rebuilding');
  });

  it('waits until whoever reads in the picture before has ended', async () => {
    const onhand = await openSpoilt();
    expect((await onhand.rebuild()).wasRight).toBe(false);
    expect((await onhand.rebuild()).wasRight).toBe(true);
    await receiveMore(onhand);
    expect(onHandOf(onhand, 'S-3')).toBe(300_000);
    expect(pictures()).not.toContain('picture.db');
  });

  it('ends the process where neither picture can be served, and the next one has the new', async () => {
    const causes: unknown[] = [];
    const onhand = await openSpoilt({ onFatal: (cause) => causes.push(cause) });
    const failure = new StoreUnavailable('It does not answer.');
    const head = jest.spyOn(onhand.rooms.store, 'head').mockRejectedValue(failure);
    await expect(onhand.rebuild()).rejects.toBe(failure);
    expect(causes).toEqual([failure]);
    head.mockRestore();
    await open.pop()!.close();
    const again = await openOnHand();
    expect(onHandOf(again, 'S-3')).toBe(200_000);
  });
});

it('copies its log while it runs, into a whole one', async () => {
  const onhand = await openOnHand();
  await receive(onhand, 20);
  await settle(onhand);
  const { head } = await onhand.status();
  const hash = onhand.rooms.readModel.hash();
  const target = mkdtempSync(join(tmpdir(), 'onhand-copy-'));
  try {
    expect(await onhand.backup(join(target, 'events.db'))).toBe(head);
    const copy = await OnHand.open(readSettings({ DATA_DIR: target }));
    await settle(copy);
    expect(copy.rooms.readModel.hash()).toBe(hash);
    await copy.close();
  } finally {
    rmSync(target, { recursive: true });
  }
});

async function receiveMore(onhand: OnHand): Promise<void> {
  await tell(onhand, 'more');
  await settle(onhand);
}

/** One more S-3. */
async function tell(onhand: OnHand, documentId: string): Promise<void> {
  const data = { documentId, location: 'east', lines: [{ sku: 'S-3', quantity: 1 }] };
  const text = JSON.stringify({
    id: documentId,
    source: 'wms',
    type: 'stock.received',
    time: '2026-11-01T08:00:00Z',
    data,
  });
  const arrivals = [toArrival(readMessageText(text, Date.now()))];
  const outcomes = await onhand.rooms.journal.accept(arrivals, { door: 'test' });
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['accepted']);
}

const pictures = (): string[] => readdirSync(directory).filter((file) => file.startsWith('picture'));

/** Its picture has half of what was received. */
async function openSpoilt(options: OpenOptions = {}): Promise<OnHand> {
  const before = await openOnHand();
  await receive(before, 20);
  await settle(before);
  await open.pop()!.close();
  spoil(join(directory, currentPicture(directory)));
  const onhand = await openOnHand(options);
  expect(onHandOf(onhand, 'S-3')).toBe(100_000);
  return onhand;
}

/** What a bug, or somebody with an editor, may have done. */
function spoil(file: string): void {
  const database = new DatabaseSync(file);
  const items = database.prepare("SELECT id FROM shelves WHERE name = 'ledger-items'").get();
  const { changes } = database
    .prepare(
      `UPDATE shelf_${String(items!['id'])} SET row = replace(row, '"onHand":200000', '"onHand":100000')`,
    )
    .run();
  expect(changes).toBeGreaterThan(0);
  database.close();
}
