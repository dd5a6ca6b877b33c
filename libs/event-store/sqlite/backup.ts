import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup } from 'node:sqlite';
import { ChoreThread } from './chore-thread.ts';
import { openReader } from './connection.ts';
import { PARTIAL, withSideFiles } from './files.ts';
import type { OnChecked } from './integrity.ts';
import { DataFileUnusable } from './sqlite-event-store.faults.ts';

/** Pages copied between two reports of progress. */
const PAGES_PER_STEP = 512;

/** How far a copy has come, or the check of it: pages copied, checks done. */
export type OnBackup = (progress: {
  readonly step: 'copying' | 'checking';
  readonly done: number;
  readonly of: number;
}) => void;

/**
 * Copies one state of a log, which may be in use, to a new file. All of that is checked before it gets its name. Returns the
 * position of the newest event in it.
 */
export async function copyLog(from: string, to: string, onProgress: OnBackup = () => {}): Promise<number> {
  if (existsSync(to)) throw new DataFileUnusable(to, 'it already exists');
  const partial = to + PARTIAL;
  removeLog(partial);
  closeSync(openSync(partial, 'wx', 0o600));
  try {
    const head = await copyState(from, partial, onProgress);
    await assertSound(partial, onProgress);
    renameSync(partial, to);
    syncDirectory(dirname(to));
    return head;
  } catch (cause) {
    removeLog(partial);
    throw cause;
  }
}

/** An open read transaction keeps the state: without it SQLite would begin the copy anew at each write by others. */
async function copyState(from: string, to: string, onProgress: OnBackup): Promise<number> {
  const source = openReader(from);
  try {
    source.exec('BEGIN');
    const newest = source.prepare('SELECT max(position) AS head FROM events').get();
    await backup(source, to, {
      rate: PAGES_PER_STEP,
      progress: ({ totalPages, remainingPages }) =>
        onProgress({ step: 'copying', done: totalPages - remainingPages, of: totalPages }),
    });
    return Number(newest?.['head'] ?? 0);
  } finally {
    source.close();
  }
}

/** Reads all of the file, on a thread of its own. Throws DataFileUnusable. */
async function assertSound(file: string, onProgress: OnBackup): Promise<void> {
  const problems = await checkLog(file, ({ done, of }) => onProgress({ step: 'checking', done, of }));
  if (problems.length > 0) throw new DataFileUnusable(file, problems.join('; '));
}

/** What is wrong with a log, in words; empty if it is sound. Reads all of it, on a thread of its own. */
export async function checkLog(file: string, onChecked: OnChecked = () => {}): Promise<readonly string[]> {
  const thread = new ChoreThread(file);
  const answer = await thread.do({ kind: 'check' }, onChecked);
  await thread.close();
  if (answer.kind === 'checked') return answer.problems;
  const cause = answer.kind === 'failed' ? answer.cause : answer.kind;
  return [`it cannot be read: ${String(cause)}`];
}

function removeLog(file: string): void {
  for (const each of withSideFiles(file)) rmSync(each, { force: true });
}

function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
