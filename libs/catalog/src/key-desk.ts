import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import {
  type KeyCreated,
  type KeyEvent,
  type Rejection,
  setupStream,
  shown,
  unknownChannel,
} from '#inventory';
import { appendSurely, type EventStore, NO_STREAM } from '#event-store';
import type { CatalogBook } from './catalog-book.ts';
import type { KeyBook, KeyRecord } from './key-book.ts';

/** Whom a key belongs to. */
interface Identity {
  /** Id of the key. */
  readonly id: string;
  readonly kind: KeyCreated['kind'];
  /** The channel or source. */
  readonly name?: string;
}

export type KeyOwner =
  { readonly channel: string } | { readonly source: string } | { readonly role: 'analyst' | 'admin' };

const ID_BYTES = 8;
/** 256 random bits: such a secret needs no slow hash. */
const SECRET_BYTES = 32;
const KEY_SHAPE = /^oh_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;

/** Creates, recognises and revokes keys. The secret is told once; only its SHA-256 is ever stored. */
export class KeyDesk {
  readonly #store: EventStore;
  readonly #catalog: CatalogBook;
  readonly #book: KeyBook;
  /** What this process itself created and revoked, which counts before the book has it, and is kept no longer. */
  readonly #created = new Map<string, KeyCreated>();
  readonly #revoked = new Set<string>();

  constructor(store: EventStore, catalog: CatalogBook) {
    this.#store = store;
    this.#catalog = catalog;
    this.#book = catalog.keys;
  }

  /** CHANNEL_UNKNOWN and SOURCE_UNKNOWN point into the body. */
  async create(owner: KeyOwner): Promise<{ readonly id: string; readonly key: string } | Rejection> {
    const unknown = this.#unknownOwner(owner);
    if (unknown !== undefined) return unknown;
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    const id = randomBytes(ID_BYTES).toString('hex');
    const key: KeyCreated = { id, ...identityOf(owner), secretSha256: sha256(secret).toString('hex') };
    await this.#append(NO_STREAM, { type: 'KeyCreated', data: key });
    this.#forgetBooked();
    this.#created.set(id, key);
    return { id, key: `oh_${id}_${secret}` };
  }

  /** By id, without their secrets' hashes. */
  list(page: {
    readonly after?: string;
    readonly limit: number;
  }): readonly Omit<KeyRecord, 'secretSha256'>[] {
    return this.#book.page(page).map(({ secretSha256: _, ...shown }) => shown);
  }

  /** From now on the key opens nothing. Revoking a revoked key changes nothing. */
  async revoke(id: string): Promise<{ readonly id: string } | Rejection> {
    const key = this.#book.get(id) ?? this.#created.get(id);
    if (key === undefined)
      return {
        code: 'KEY_UNKNOWN',
        detail: `There is no key ${shown(id)}. \`onhand keys list\` shows the keys.`,
      };
    if (this.isRevoked(id)) return { id };
    const revision = this.#book.get(id)?.revision ?? 0;
    await this.#append(revision, { type: 'KeyRevoked', data: { id } }); // A conflict means that another process has revoked it.
    this.#forgetBooked();
    this.#revoked.add(id);
    return { id };
  }

  /** Whose key it is; undefined for any that is malformed, unknown or revoked. */
  authenticate(key: string): Identity | undefined {
    const [, id, secret] = KEY_SHAPE.exec(key) ?? [];
    if (id === undefined || secret === undefined || this.isRevoked(id)) return undefined;
    const known = this.#book.get(id) ?? this.#created.get(id);
    if (known === undefined) return undefined;
    if (!timingSafeEqual(sha256(secret), Buffer.from(known.secretSha256, 'hex'))) return undefined;
    return { id, kind: known.kind, ...(known.name !== undefined && { name: known.name }) };
  }

  /** To be asked again for connections that were admitted before and are still open. */
  isRevoked(id: string): boolean {
    return this.#revoked.has(id) || this.#book.get(id)?.revokedAt !== undefined;
  }

  #forgetBooked(): void {
    for (const id of this.#created.keys()) if (this.#book.get(id) !== undefined) this.#created.delete(id);
    for (const id of this.#revoked) if (this.#book.get(id)?.revokedAt !== undefined) this.#revoked.delete(id);
  }

  #unknownOwner(owner: KeyOwner): Rejection | undefined {
    if ('channel' in owner) return unknownChannel(owner.channel, this.#catalog, '/channel');
    if (!('source' in owner) || this.#catalog.source(owner.source) !== undefined) return undefined;
    const detail = `There is no source ${shown(owner.source)}. Define it first.`;
    return { code: 'SOURCE_UNKNOWN', detail, pointer: '/source' };
  }

  async #append(expectedRevision: number, event: KeyEvent): Promise<void> {
    const stream = setupStream.key(event.data.id);
    await appendSurely(this.#store, stream, expectedRevision, [{ id: randomUUID(), ...event }]);
  }
}

const sha256 = (secret: string): Buffer => createHash('sha256').update(secret).digest();

function identityOf(owner: KeyOwner): Pick<KeyCreated, 'kind' | 'name'> {
  if ('channel' in owner) return { kind: 'channel', name: owner.channel };
  if ('source' in owner) return { kind: 'source', name: owner.source };
  return { kind: owner.role };
}
