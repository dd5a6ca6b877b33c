import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SqliteReadModel } from './index.ts';

/** Beside what Node itself has open. */
const FEW_DESCRIPTORS = 'ulimit -n 60';
/** No file may grow further than this, in blocks of 512 bytes: then a write fails, and not for lack of room. */
const SMALL_FILES = 'ulimit -f 1500';

describe('a read model', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'onhand-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** What the child has printed. */
  function run(child: string, limit: string): unknown {
    const script = `${limit} && exec "$NODE" --conditions=source "$CHILD" "$1"`;
    const CHILD = fileURLToPath(new URL(`./${child}.child.ts`, import.meta.url));
    const { status, stdout, stderr } = spawnSync('sh', ['-c', script, 'sh', directory], {
      env: { ...process.env, NODE_OPTIONS: '', NODE: process.execPath, CHILD },
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return JSON.parse(stdout);
  }

  it('that cannot be opened for want of descriptors is kept as it is, and one that is open goes on', () => {
    expect(run('exhaust-descriptors', FEW_DESCRIPTORS)).toEqual({
      refused: expect.objectContaining({
        code: 'READ_MODEL_FAILED',
        message: expect.stringMatching(/read-model\.db cannot be opened: .+ Nothing is lost/),
      }),
      openedAt: 1,
      isCarriedOver: [false, true],
      fatal: [],
      lastAt: 5,
      value: 5,
    });
  });

  it('that cannot be written says so once and for all; the next process goes on from its newest commit', () => {
    const { committed, codes, fatal } = run('fail-writing', SMALL_FILES) as Record<string, unknown>;
    expect(committed).toBeGreaterThan(5);
    expect(codes).toEqual(['READ_MODEL_FAILED', 'READ_MODEL_FAILED', 'READ_MODEL_FAILED']);
    expect(fatal).toEqual([expect.stringContaining('read-model.db cannot be used any more')]);

    const model = SqliteReadModel.open({ file: join(directory, 'read-model.db') });
    const shelf = model.shelf({ name: 'rows', version: 1 });
    expect([model.openedAt, shelf.count()]).toEqual([committed, committed]);
    model.close();
  });
});
