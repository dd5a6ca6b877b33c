import type { CatalogView, Channel, Identifier, Item, Listing, Location, Source } from '#inventory';
import { type EventStore, pagesOf, type RecordedEvent } from '#event-store';
import { UNIT } from '#kernel';
import type { CatalogBook } from './catalog-book.ts';
import { listingKey, type ResourceOf, type SetupEntry, type SetupKind, streamOf } from './setup-entry.ts';

/** The book is never this far behind; should it be, what is dropped here is still found in the store. */
const OWN_WRITES_MAX = 20_000;

/**
 * The set-up as the writing side knows it: the book, and what was written or read from the store since, until
 * the book has that too. Nothing is ever deleted from a set-up, so what is known here exists.
 */
export class OwnWrites implements CatalogView {
  readonly #store: EventStore;
  readonly #book: CatalogBook;
  readonly #newer = new Map<string, SetupEntry<ResourceOf[SetupKind]>>();

  constructor(store: EventStore, book: CatalogBook) {
    this.#store = store;
    this.#book = book;
  }

  entry<Kind extends SetupKind>(kind: Kind, id: string): SetupEntry<ResourceOf[Kind]> | undefined {
    const projected = this.#book.entry(kind, id);
    const stream = streamOf(kind, id);
    const newer = this.#newer.get(stream) as SetupEntry<ResourceOf[Kind]> | undefined;
    if (newer === undefined) return projected;
    if (projected === undefined || projected.revision < newer.revision) return newer;
    this.#newer.delete(stream);
    return projected;
  }

  keep<Kind extends SetupKind>(kind: Kind, id: string, entry: SetupEntry<ResourceOf[Kind]>): void {
    this.#newer.set(streamOf(kind, id), entry);
    if (this.#newer.size <= OWN_WRITES_MAX) return;
    for (const oldest of this.#newer.keys()) {
      this.#newer.delete(oldest);
      return;
    }
  }

  /** Reads from the store itself what another process wrote, or the book has not reached. */
  async learn(kind: SetupKind, id: string): Promise<void> {
    let entry: SetupEntry<ResourceOf[SetupKind]> | undefined;
    for await (const page of pagesOf(this.#store, streamOf(kind, id))) {
      for (const event of page) entry = nextEntry(entry, event);
    }
    if (entry !== undefined) this.keep(kind, id, entry);
  }

  item(sku: string): Item | undefined {
    // Asked for each line of each message: nearly always the book has everything, and no entry need be made.
    return this.#newer.size === 0 ? this.#book.item(sku) : this.entry('item', sku)?.resource;
  }

  location(id: string): Location | undefined {
    return this.#newer.size === 0 ? this.#book.location(id) : this.entry('location', id)?.resource;
  }

  source(id: string): Source | undefined {
    return this.entry('source', id)?.resource;
  }

  channel(id: string): Channel | undefined {
    return this.entry('channel', id)?.resource;
  }

  listing(channel: string, listing: string): Listing | undefined {
    const defined = this.entry('listing', listingKey(channel, listing))?.resource;
    if (defined !== undefined) return defined;
    if (this.channel(channel)?.lists !== 'all' || this.item(listing) === undefined) return undefined;
    return { channel, listing, sku: listing, unitsPer: UNIT };
  }

  skusOf(identifier: Identifier): readonly string[] {
    return this.#book.skusOf(identifier);
  }
}

/** Every event of a set-up stream puts the whole resource, except the one that says that a policy's time has come. */
function nextEntry(
  entry: SetupEntry<ResourceOf[SetupKind]> | undefined,
  { type, data, position, recordedAt, revision }: RecordedEvent,
): SetupEntry<ResourceOf[SetupKind]> | undefined {
  if (type === 'PolicyTookEffect') return entry && { ...entry, revision };
  return { resource: data as ResourceOf[SetupKind], position, recordedAt, revision };
}
