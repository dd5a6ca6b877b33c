import { renameSync, rmSync, writeFileSync } from 'node:fs';

const OWNER_ONLY = 0o600;

/** Whoever reads the file finds either the old or the new text, whole. Only its owner may read it. */
export function replaceFile(file: string, text: string): void {
  rmSync(`${file}.new`, { force: true });
  writeFileSync(`${file}.new`, text, { mode: OWNER_ONLY, flag: 'wx' });
  renameSync(`${file}.new`, file);
}
