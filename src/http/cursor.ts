import { createHmac, timingSafeEqual } from 'node:crypto';
import { refuse } from './problem.ts';

const SEAL_BYTES = 12;
/** No page of ours needs a longer one. */
const CURSOR_LENGTH_MAX = 2_048;

/**
 * Cursors of lists: what to continue after, sealed for the list, filter and reader they were made for. Nobody
 * can make one up, or take one to another list.
 */
export class Cursors {
  readonly #key: Uint8Array;

  /** `key`: kept in the data directory, so that a page can be continued after a restart. */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** `list` names everything that the page depends on. */
  seal(list: string, after: string): string {
    return Buffer.concat([this.#seal(list, after), Buffer.from(after)]).toString('base64url');
  }

  /** What `seal` was given. Throws CURSOR_INVALID for anything else. */
  open(list: string, cursor: string): string {
    const bytes = Buffer.from(cursor.slice(0, CURSOR_LENGTH_MAX), 'base64url');
    const after = bytes.toString('utf8', SEAL_BYTES);
    const isOurs = bytes.length > SEAL_BYTES && bytes.toString('base64url') === cursor;
    if (!isOurs || !timingSafeEqual(bytes.subarray(0, SEAL_BYTES), this.#seal(list, after)))
      throw cursorInvalid();
    return after;
  }

  #seal(list: string, after: string): Buffer {
    const sealed = createHmac('sha256', this.#key)
      .update(JSON.stringify([list, after]))
      .digest();
    return sealed.subarray(0, SEAL_BYTES);
  }
}

export const cursorInvalid = (): Error =>
  refuse('CURSOR_INVALID', 'This cursor does not belong to this list. Start again without a cursor.', {
    pointer: '?cursor',
  });
