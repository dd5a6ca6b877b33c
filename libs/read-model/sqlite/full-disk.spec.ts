import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { itWith, OWN_DISK } from '../../../test/fixtures/needs.ts';

const CHILD = fileURLToPath(new URL('./fill-disk.child.ts', import.meta.url));
const SCRIPT = 'mount -t tmpfs -o size=128m tmpfs "$1" && exec "$NODE" --conditions=source "$CHILD" "$1"';

describe('a read model on a full disk', () => {
  itWith(OWN_DISK)('loses no row, answers as before, and goes on when there is room again', () => {
    const directory = mkdtempSync(join(tmpdir(), 'onhand-'));
    const { status, stdout, stderr } = spawnSync('unshare', ['-rm', 'sh', '-c', SCRIPT, 'sh', directory], {
      env: { ...process.env, NODE_OPTIONS: '', NODE: process.execPath, CHILD },
      encoding: 'utf8',
    });
    rmSync(directory, { recursive: true });

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { refusals, ...result } = JSON.parse(stdout) as Record<string, unknown>;
    expect(refusals).toBeGreaterThan(0);
    expect(result).toEqual({
      refusedCommit: true,
      wrongWhenFull: 0,
      countIsRight: true,
      openedAt: 3,
      wrongAtLast: 0,
      indexed: true,
      isSameHash: true,
    });
  });
});
