import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('./fill-disk.child.ts', import.meta.url));
/** A disk of its own, gone with the child: it needs user namespaces, or to be root. */
const SCRIPT = 'mount -t tmpfs -o size=128m tmpfs "$1" && exec "$NODE" --conditions=source "$CHILD" "$1"';
const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0;

describe('a read model on a full disk', () => {
  (canMount ? it : it.skip)(
    'loses no row, answers as before, and goes on when there is room again',
    () => {
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
    },
    60_000,
  );
});
