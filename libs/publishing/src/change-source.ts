import type { Instant, Quantity } from '#kernel';

/** One listing's number as a channel is told it. Never changed once it was handed out. */
export interface ListingNumber {
  readonly channel: string;
  readonly listing: string;
  readonly sku: string;
  readonly available: Quantity;
  /** Position of the stored event that caused it. */
  readonly version: number;
  readonly recordedAt: Instant;
  readonly reason: string;
}

/** What publishing needs of availability. */
export interface NumberSource {
  number(channel: string, listing: string): ListingNumber | undefined;
  /** Await it before listing numbers: otherwise a list may hold everybody up. */
  prepareLists(): Promise<void>;
  /**
   * The newest numbers that come after `after` in the order of (version, listing), in that order, at most `limit`.
   * Listings are ordered by their UTF-8 bytes. Without `listing`, none of that version are included.
   */
  numbersAfter(
    channel: string,
    after: { readonly version: number; readonly listing?: string },
    limit: number,
  ): readonly ListingNumber[];
  /** The channel's numbers in order of listing (UTF-8 bytes), those after the listing `after`, at most `limit`. */
  numbersByListing(channel: string, after: string | undefined, limit: number): readonly ListingNumber[];
  /** Calls `listener` while the causing event is applied, before the hub sees that event. Returns a function that ends it. */
  onChange(listener: (number: ListingNumber) => void): () => void;
}

/** An order as its channel sees it: the object of `GET …/orders/{orderId}`. */
export interface OrderBody {
  /** Position of the order's newest event. */
  readonly version: number;
  readonly [field: string]: unknown;
}

/** An order as its channel sees it, and the event that made it so. */
export interface OrderNow {
  readonly body: OrderBody;
  /** Of the order's newest event that `body` includes: its `version`. */
  readonly position: number;
  readonly recordedAt: Instant;
}

/** What publishing needs of the journal. */
export interface OrderSource {
  /** The order as the log has it now, never older than any fold has seen it. Throws StoreUnavailable. */
  order(channel: string, orderId: string): Promise<OrderNow | undefined>;
}
