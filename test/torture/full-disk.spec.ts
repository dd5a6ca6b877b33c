import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { itWith, OWN_DISK } from '../fixtures/needs.ts';

const CHILD = new URL('./full-disk.child.ts', import.meta.url).pathname;
const SMALL_DISK = 'mount -t tmpfs -o size=64m tmpfs "$1" && exec "$NODE" --conditions=source "$CHILD" "$1"';
const MS_MAX = 120_000;

itWith(OWN_DISK)(
  'a service on a full disk refuses with 507, answers what it knows, and recovers by itself',
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'onhand-'));
    const child = spawn('unshare', ['-rm', 'sh', '-c', SMALL_DISK, 'sh', directory], {
      env: { ...process.env, NODE_OPTIONS: '', NODE: process.execPath, CHILD },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect({ status: await ended, stderr }).toEqual({ status: 0, stderr: '' });
    rmSync(directory, { recursive: true });

    const { refusals, acceptedBefore, acceptedAfter, ...result } = JSON.parse(stdout);
    expect(acceptedBefore).toBeGreaterThan(0);
    expect(acceptedAfter).toBeGreaterThan(0);
    // Every way to write was refused, and in these words only.
    expect(refusals).toEqual({
      message: { '507 STORE_FULL': 3 },
      batch: { '507 STORE_FULL': 3 },
      reservation: { '507 STORE_FULL': 3 },
      adjustment: { '507 STORE_FULL': 3 },
      'set-up': { '507 STORE_FULL': 3 },
    });
    expect(result).toEqual({
      readsWhenFull: [200, 200, 200, 200, 200],
      wasSameProcess: true,
      findings: [],
    });
  },
  MS_MAX,
);
