import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { verify, type VerifyReport } from '#history';
import type { Message } from '#inventory';
import { UNIT } from '#kernel';
import { openMemoryReadModel } from '../../src/adapters.module.ts';
import { currentPicture } from '../../src/data-files.ts';
import { readSettings } from '../../src/environment.ts';
import { openPicture } from '../../src/picture.ts';
import { OnHand } from '../../src/service.ts';
import { WAIT_MS_MAX } from '../fixtures/waiting.ts';

let directory: string;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'onhand-verify-'));
  await withOnHand(tellADay);
});
afterEach(() => rmSync(directory, { recursive: true }));

async function withOnHand<Answer>(use: (onhand: OnHand) => Promise<Answer>): Promise<Answer> {
  const onhand = await OnHand.open(readSettings({ DATA_DIR: directory }));
  try {
    return await use(onhand);
  } finally {
    await onhand.close();
  }
}

async function tellADay({ rooms }: OnHand): Promise<void> {
  await rooms.catalogDesk.putLocation({ id: 'shop', name: 'Shop', kind: 'store', active: true });
  const common = { id: 'till', name: 'Till', kind: 'pos', lists: 'all', unknownItems: 'create' } as const;
  await rooms.catalogDesk.putChannel({ ...common, locations: ['shop'] });
  await rooms.projector.waitFor(await rooms.store.head(), WAIT_MS_MAX);
  const occurredAt = Date.UTC(2026, 0, 5);
  const lines = [{ line: '1', sku: 'MUG', quantity: 3 * UNIT }];
  const facts: Message[] = [
    {
      id: 'r',
      source: 'till',
      occurredAt,
      type: 'stock.received',
      data: { documentId: 'r', location: 'shop', lines },
    },
    {
      id: 's',
      source: 'till',
      occurredAt,
      type: 'sale.completed',
      data: { saleId: 's', location: 'shop', lines },
    },
    { id: 'o', source: 'till', occurredAt, type: 'order.placed', data: { orderId: 'o', lines } },
  ];
  await tell({ rooms }, facts);
}

/** So many items come in. */
function tellOf({ rooms }: Pick<OnHand, 'rooms'>, items: number): Promise<void> {
  const lines = Array.from({ length: items }, (_, index) => ({
    ...{ line: String(index), sku: `S${index}`, quantity: UNIT },
  }));
  const documents = [lines.slice(0, 900), lines.slice(900)].filter(({ length }) => length > 0);
  return tell(
    { rooms },
    documents.map((part, index) => ({
      ...{ id: `n${index}`, source: 'till', occurredAt: Date.UTC(2026, 0, 6), type: 'stock.received' },
      data: { documentId: `n${index}`, location: 'shop', lines: part },
    })),
  );
}

async function tell({ rooms }: Pick<OnHand, 'rooms'>, facts: readonly Message[]): Promise<void> {
  const raw = new Uint8Array();
  await rooms.journal.accept(
    facts.map((message) => ({ message, raw })),
    { door: 'test' },
  );
  const head = await rooms.store.head();
  await rooms.ledger.posting.waitFor(head, WAIT_MS_MAX);
  await rooms.projector.waitFor(await rooms.store.head(), WAIT_MS_MAX);
}

interface Terms {
  readonly checkFiles?: Parameters<typeof verify>[0]['checkFiles'];
  readonly signal?: AbortSignal;
  readonly onProgress?: Parameters<typeof verify>[0]['onProgress'];
  /** Before the live picture is hashed. */
  readonly meanwhile?: (onhand: OnHand) => Promise<void>;
}

const verifyNow = ({ meanwhile, onProgress, ...terms }: Terms = {}): Promise<VerifyReport> =>
  withOnHand((onhand) => {
    const { rooms } = onhand;
    const hash = async () => {
      await meanwhile?.(onhand);
      return onhand.hashServed();
    };
    return verify({
      ...terms,
      ...(onProgress && { onProgress }),
      store: rooms.store,
      live: { hash, position: () => rooms.projector.position },
      openFresh: () => {
        const readModel = openMemoryReadModel();
        return { readModel, ...openPicture({ readModel, store: rooms.store }) };
      },
    });
  });

/** Changes a stored file behind OnHand's back. An event without a checksum is held for what a bug has written. */
function damage(file: string, sql: string): void {
  const database = new DatabaseSync(join(directory, file));
  const { changes } = database.prepare(sql).run();
  database.close();
  expect(changes).toBeGreaterThan(0);
}

/** The table in which the live picture keeps a shelf. */
function tableOf(shelf: string): string {
  const database = new DatabaseSync(join(directory, currentPicture(directory)));
  const row = database.prepare('SELECT id FROM shelves WHERE name = ?').get(shelf);
  database.close();
  return `shelf_${Number(row?.['id'])}`;
}

const failed = ({ checks }: VerifyReport): string[] =>
  checks.filter(({ ok }) => !ok).map(({ check }) => check);

describe('verify', () => {
  it('says in each step how far it is, to the end', async () => {
    const steps = new Map<string, { done?: number; of?: number }>();
    await verifyNow({
      checkFiles: (onChecked) => {
        onChecked({ done: 2, of: 2 });
        return Promise.resolve([]);
      },
      onProgress: ({ step, ...far }) => steps.set(step, far),
    });
    expect([...steps.keys()]).toEqual([
      ...['checking the files', 'replaying the log', 'comparing the live picture'],
      ...['reading the books of every item', 'explaining every number'],
    ]);
    for (const { done, of } of steps.values()) expect(done).toBe(of);
    expect(steps.get('checking the files')).toEqual({ done: 2, of: 2 });
    expect(steps.get('explaining every number')?.done).toBeGreaterThan(0);
  });

  it('finds nothing where nothing is wrong, and has looked', async () => {
    const report = await verifyNow();
    expect(failed(report)).toEqual([]);
    expect(report.ok).toBe(true);
    expect(report.checks.map(({ looked }) => looked).every((looked) => looked > 0)).toBe(true);
    expect(report.checks.map(({ check }) => check)).toEqual([
      ...['log order', 'every message once', 'ledger = journal', 'every message accounted for'],
      ...['published versions', 'live picture = log lived again'],
      ...['accounts sum to 0', 'reserved = open holds', 'committed = open promises', 'stock = facts by time'],
      'explanations sum to their numbers',
    ]);
  });

  it('looks at every item and every number, however many there are', async () => {
    await withOnHand((onhand) => tellOf(onhand, 1_100));
    const { ok, checks } = await verifyNow();
    expect(ok).toBe(true);
    const looked = Object.fromEntries(checks.map((each) => [each.check, each.looked]));
    expect(looked).toMatchObject({
      'accounts sum to 0': 1_101,
      'explanations sum to their numbers': 1_101,
    });
  });

  it('finds nothing where more is told while it looks', async () => {
    const report = await verifyNow({ meanwhile: (onhand) => tellOf(onhand, 5) });
    expect(failed(report)).toEqual([]);
  });

  it('says what the store finds wrong with its own files', async () => {
    const report = await verifyNow({ checkFiles: () => Promise.resolve(['a page is torn', 'another too']) });
    expect(failed(report)).toEqual(['files']);
    expect(report.checks[0]!.findings).toEqual(['a page is torn; another too']);
    expect((await verifyNow({ checkFiles: () => Promise.resolve([]) })).checks[0]).toMatchObject({
      ok: true,
    });
  });

  it('ends where it is not wanted any more', async () => {
    await expect(verifyNow({ signal: AbortSignal.abort(new Error('not now')) })).rejects.toThrow('not now');
  });

  it('finds a movement that the journal does not know', async () => {
    const halved = `replace(data, '"quantity":300000', '"quantity":100000')`;
    damage(
      'events.db',
      `UPDATE events SET data = ${halved}, checksum = NULL WHERE data LIKE '%"cause":"sale"%' AND data LIKE '%journal%'`,
    );
    expect(failed(await verifyNow())).toContain('ledger = journal');
  });

  it('finds a number in the live picture that is not in the log', async () => {
    const table = tableOf('ledger-items');
    damage(currentPicture(directory), `UPDATE ${table} SET row = replace(row, '300000', '200000')`);
    const report = await verifyNow();
    expect(failed(report)).toContain('live picture = log lived again');
    expect(report.ok).toBe(false);
  });

  it('finds an event that is gone', async () => {
    const sale = `(SELECT position FROM log WHERE type = 'SaleCompleted')`;
    for (const table of ['stream_events', 'events'])
      damage('events.db', `DELETE FROM ${table} WHERE position = ${sale}`);
    expect(failed(await verifyNow())).not.toEqual([]);
  });
});
