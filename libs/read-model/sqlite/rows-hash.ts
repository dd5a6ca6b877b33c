import { createHash } from 'node:crypto';
import { toCanonicalJson } from './canonical-json.ts';
import type { StoredRow } from './shelf-table.ts';

/** Characters that are hashed at once. */
const HASH_CHUNK_LENGTH = 64 * 1024;

/** SHA-256 over shelves, in the order of their names, each with its rows in key order. */
export class RowsHash {
  readonly #hash = createHash('sha256');
  #chunk = '';

  beginShelf(name: string): void {
    this.#add(`${JSON.stringify(name)}\n`);
  }

  addRow({ key, text }: StoredRow): void {
    this.#add(`${JSON.stringify(key)}:${toCanonicalJson(text)}\n`);
  }

  digest(): string {
    return this.#hash.update(this.#chunk).digest('hex');
  }

  #add(text: string): void {
    this.#chunk += text;
    if (this.#chunk.length < HASH_CHUNK_LENGTH) return;
    this.#hash.update(this.#chunk);
    this.#chunk = '';
  }
}
