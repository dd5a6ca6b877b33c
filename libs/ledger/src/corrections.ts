import {
  type Adjust,
  type CatalogView,
  checkDecimals,
  isKit,
  isRejection,
  type Item,
  type Reallocate,
  type Rejection,
  shown,
  unknownChannel,
  unknownItem,
  unknownLocation,
} from '#inventory';
import type { Quantity } from '#kernel';
import type { ItemDesk } from './item-desk.ts';
import type { LedgerBook } from './ledger-book.ts';

export interface Adjusted {
  readonly adjustmentId: string;
  /** Signed. */
  readonly change: Quantity;
  /** On-hand after the change. */
  readonly onHand: Quantity;
  readonly position: number;
  /** False if this repeats the first answer. */
  readonly isNew: boolean;
}

export interface Reallocated {
  readonly reallocationId: string;
  readonly position: number;
  readonly isNew: boolean;
}

/** What people may ask of one item. Each request is decided on the item's stream, and may be refused. */
export class Corrections {
  readonly #desk: Pick<ItemDesk, 'submit'>;
  readonly #book: Pick<LedgerBook, 'exception'>;
  readonly #catalog: Pick<CatalogView, 'item' | 'location' | 'channel'>;
  readonly #head: () => Promise<number>;

  constructor(parts: {
    desk: Pick<ItemDesk, 'submit'>;
    book: Pick<LedgerBook, 'exception'>;
    catalog: Pick<CatalogView, 'item' | 'location' | 'channel'>;
    /** Position of the newest event of the log. */
    head: () => Promise<number>;
  }) {
    this.#desk = parts.desk;
    this.#book = parts.book;
    this.#catalog = parts.catalog;
    this.#head = parts.head;
  }

  /** STALE_VALUE with `current` if the on-hand is not what was expected; see `Adjust`. */
  async adjust(sku: string, asked: Omit<Adjust, 'type'>): Promise<Adjusted | Rejection> {
    const quantity = asked.setTo ?? asked.change ?? 0;
    const refused = this.#check(sku, { quantity, field: asked.setTo === undefined ? '/change' : '/setTo' });
    if (refused) return refused;
    const unknown = unknownLocation(asked.location, this.#catalog, '/location');
    if (unknown) return unknown;
    const done = await this.#desk.submit(sku, { type: 'adjust', ...asked });
    if (isRejection(done)) return done;
    const { adjustmentId } = asked;
    const isNew = done.repeated === undefined;
    const event = done.repeated ?? done.events.find(({ type }) => type === 'OnHandAdjusted');
    if (event?.type !== 'OnHandAdjusted') {
      // The on-hand was what it was to be set to.
      return { adjustmentId, change: 0, onHand: quantity, position: done.position, isNew };
    }
    const { change, onHand } = event.data;
    return { adjustmentId, change, onHand, position: done.position, isNew };
  }

  /**
   * INSUFFICIENT_COMMITMENT with `committed`; INSUFFICIENT_STOCK if the promise could not be kept at the new location.
   */
  async reallocate(sku: string, asked: Omit<Reallocate, 'type'>): Promise<Reallocated | Rejection> {
    const refused =
      this.#check(sku, { quantity: asked.quantity, field: '/quantity' }) ??
      unknownChannel(asked.channel, this.#catalog, '/channel') ??
      unknownLocation(asked.from, this.#catalog, '/from') ??
      unknownLocation(asked.to, this.#catalog, '/to');
    if (refused) return refused;
    if (asked.from === asked.to) return sameLocation;
    const done = await this.#desk.submit(sku, { type: 'reallocate', ...asked });
    if (isRejection(done)) return done;
    const { reallocationId } = asked;
    return { reallocationId, position: done.position, isNew: done.repeated === undefined };
  }

  /**
   * Returns the log position as of which the book shows the exception closed, and by whom. One that was closed before,
   * by hand or by itself, is left as it is.
   */
  async resolveException(
    id: string,
    by: { readonly reason: string; readonly actor: string },
  ): Promise<{ readonly position: number } | Rejection> {
    const exception = this.#book.exception(id);
    if (!exception) return exceptionUnknown(id);
    const { sku, kind, location, channel, orderId, closedBy } = exception;
    const opened = Number(exception.id);
    if (closedBy !== undefined) return { position: closedBy };
    const name = { kind, location, channel, orderId };
    const done = await this.#desk.submit(sku, { type: 'resolve-exception', name, opened, ...by });
    if (!isRejection(done)) return { position: done.position };
    // The item no longer has it (but perhaps a newer one), and the book still does: the event that closed it is in the
    // log.
    return done.code === 'EXCEPTION_UNKNOWN' ? { position: await this.#head() } : done;
  }

  #check(sku: string, { quantity, field }: { quantity: Quantity; field: string }): Rejection | undefined {
    const item: Item | undefined = this.#catalog.item(sku);
    if (!item) return unknownItem(sku, this.#catalog);
    if (isKit(item)) {
      const detail = `${shown(sku)} is a kit and has no stock of its own. Send its components instead.`;
      return { code: 'NOT_ALLOWED_FOR_KIT', detail };
    }
    return checkDecimals(item, quantity, field);
  }
}

const sameLocation: Rejection = {
  code: 'TRANSFER_SAME_LOCATION',
  detail: '"from" and "to" are the same location. Send two different ones.',
  pointer: '/to',
};

const exceptionUnknown = (id: string): Rejection => ({
  code: 'EXCEPTION_UNKNOWN',
  detail: `There is no exception ${shown(id)}. GET /v1/exceptions lists them.`,
});
