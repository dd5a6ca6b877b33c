import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { removeReadModel } from './adapters.module.ts';
import { replaceFile } from './replace-file.ts';

/** The small files beside the log. Only their owner may read them. */

const KEY_BYTES = 32;

/** The key that seals cursors. It is kept in a file, so that they stay valid after a restart. */
export function cursorKey(directory: string): Uint8Array {
  const file = join(directory, 'cursor.key');
  try {
    const kept = Buffer.from(readFileSync(file, 'utf8'), 'base64url');
    if (kept.length === KEY_BYTES) return kept;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const key = randomBytes(KEY_BYTES);
  replaceFile(file, key.toString('base64url'));
  return key;
}

/** Two files take turns: one is the picture, in the other the next one is built. */
const PICTURES = ['picture.db', 'picture-2.db'] as const;
export type PictureFile = (typeof PICTURES)[number];

export const otherPicture = (file: PictureFile): PictureFile =>
  file === PICTURES[0] ? PICTURES[1] : PICTURES[0];

/** The first file if none was ever rebuilt. A wrong choice is harmless: an older picture has only more to catch up. */
export const currentPicture = (directory: string): PictureFile =>
  pictureNamedIn(join(directory, 'picture.current')) ?? PICTURES[0];

export const setCurrentPicture = (directory: string, file: PictureFile): void =>
  replaceFile(join(directory, 'picture.current'), file);

const rebuildFile = (directory: string): string => join(directory, 'picture.rebuilding');

/** True if the file is what an interrupted rebuild has made so far. */
export const isBeingRebuilt = (directory: string, file: PictureFile): boolean =>
  pictureNamedIn(rebuildFile(directory)) === file;

/** Removes the file, and marks it as being rebuilt until `endRebuilding`. */
export function beginRebuilding(directory: string, file: PictureFile): void {
  removePicture(directory, file);
  replaceFile(rebuildFile(directory), file);
}

export const endRebuilding = (directory: string): void => rmSync(rebuildFile(directory), { force: true });

function pictureNamedIn(file: string): PictureFile | undefined {
  try {
    const named = readFileSync(file, 'utf8').trim();
    return PICTURES.find((picture) => picture === named);
  } catch {
    return undefined;
  }
}

/** The file must be closed. */
export const removePicture = (directory: string, file: PictureFile): void => removeReadModel(directory, file);

/** Removes all pictures if they are of another log than this one: the folder was used with another store before. */
export function removePicturesOfAnother(directory: string, log: string): void {
  const file = join(directory, 'log.identity');
  if (readIdentity(file) === log) return;
  for (const picture of PICTURES) removePicture(directory, picture);
  replaceFile(file, log);
}

/** Folders from before there were other stores have no such file. */
function readIdentity(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return 'sqlite';
  }
}
