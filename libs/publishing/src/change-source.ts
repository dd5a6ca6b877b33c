import type { Instant, Quantity } from '#kernel';

/** One listing's number as a channel is told it. A value: never changed once it was handed out. */
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
  /**
   * The newest number of every listing that stands behind `after` in the order of (version, listing), in that
   * order, at most `limit`. Listings order by their UTF-8 bytes; without `listing`, all of that version are behind us.
   */
  numbersAfter(
    channel: string,
    after: { readonly version: number; readonly listing?: string },
    limit: number,
  ): readonly ListingNumber[];
  /** The channel's numbers by listing (UTF-8 bytes), behind the listing `after`, at most `limit`. */
  numbersByListing(channel: string, after: string | undefined, limit: number): readonly ListingNumber[];
  /** Calls `listener` while the causing event is applied, before the hub sees that event. Returns how to stop. */
  onChange(listener: (number: ListingNumber) => void): () => void;
}

/** An order as its channel is shown it: the object of `GET …/orders/{orderId}`, and which event made it so. */
export interface OrderNow {
  readonly body: object;
  /** Of the newest event of the order in it. */
  readonly position: number;
  readonly recordedAt: Instant;
}

/** What publishing needs of the journal. */
export interface OrderSource {
  /** The order as the log has it now: never older than what any fold has seen. Throws StoreUnavailable. */
  order(channel: string, orderId: string): Promise<OrderNow | undefined>;
}
