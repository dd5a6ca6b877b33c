import { Query } from '@nestjs/cqrs';
import type { ListingNumber, NumberPlace } from '#availability';
import type { OrderNow } from '#journal';
import type { Publication } from '#publishing';
import type { WebhookReport } from '#publishing/webhook';
import { compareUtf8 } from '#kernel';
import { onList, onQuery } from './handlers.ts';

export class FindNumber extends Query<ListingNumber | undefined> {
  constructor(
    readonly channel: string,
    readonly listing: string,
  ) {
    super();
  }
}

/** Which of a channel's numbers: those after a listing, those after a version, or all of some items. */
export type Numbers =
  | { readonly afterListing: string | undefined }
  | { readonly afterVersion: NumberPlace }
  | { readonly ofItems: readonly string[]; readonly afterListing: string | undefined };

export class ListNumbers extends Query<readonly ListingNumber[]> {
  constructor(
    readonly channel: string,
    readonly which: Numbers,
    readonly limit: number,
  ) {
    super();
  }
}

export class FindOrder extends Query<OrderNow | undefined> {
  constructor(
    readonly channel: string,
    readonly orderId: string,
  ) {
    super();
  }
}

/** What a channel was told, in order of listing. */
export class ListPublications extends Query<readonly Publication[]> {
  constructor(
    readonly channel: string,
    readonly page: { readonly after?: string; readonly limit: number },
  ) {
    super();
  }
}

export class FindWebhook extends Query<WebhookReport | undefined> {
  constructor(readonly channel: string) {
    super();
  }
}

export const CHANNEL_HANDLERS = [
  onQuery(FindNumber, ({ rooms }, { channel, listing }) =>
    Promise.resolve(rooms.picture.availability.number(channel, listing)),
  ),
  onList(ListNumbers, ({ rooms }, { channel, which, limit }) => {
    const { availability } = rooms.picture;
    if ('afterVersion' in which) return availability.numbersAfter(channel, which.afterVersion, limit);
    if (!('ofItems' in which)) return availability.numbersByListing(channel, which.afterListing, limit);
    const { ofItems, afterListing = '' } = which;
    const numbers = [...new Set(ofItems)]
      .flatMap((sku) => availability.numbersOfItem(sku))
      .filter((number) => number.channel === channel && compareUtf8(number.listing, afterListing) > 0)
      .sort((a, b) => compareUtf8(a.listing, b.listing));
    return numbers.slice(0, limit);
  }),
  onList(ListPublications, ({ rooms }, { channel, page }) => {
    const { told, availability } = rooms.picture;
    return told.publications(channel, availability, page);
  }),
  onQuery(FindWebhook, ({ rooms }, { channel }) => Promise.resolve(rooms.webhooks.report(channel))),
  onQuery(FindOrder, ({ rooms }, { channel, orderId }) => rooms.journal.order(channel, orderId)),
];
