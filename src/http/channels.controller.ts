import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { ListingNumber, NumberPlace } from '#availability';
import { isIdText } from '#intake';
import { type AvailabilityBody, availabilityBody } from '#publishing';
import { FindNumber, FindOrder, ListNumbers, type Numbers } from '../application/channels.ts';
import { ExplainNumber, FindChanges, FindNumberAt } from '../application/items.ts';
import { OnHand } from '../service.ts';
import { AtLeast, Door, PathId, Query } from './door.ts';
import { HistoryReads } from './history-reads.ts';
import { type Page, Pager } from './pager.ts';
import { atLeast, instant, PAGE, type ParameterValues, position, repeated, text } from './parameters.ts';
import { notThere, refuse, shown } from './problem.ts';
import { requireChannel } from './require-channel.ts';
import { shownChanges, shownExplanation } from './wire/item-wire.ts';
import { shownOrder } from './wire/order-wire.ts';

const ONE_NUMBER = { atLeast, knownAt: instant('The last number recorded by that time.') };
const EXPLAINED = { atLeast, knownAt: instant('The number as it was at that time.') };
const BETWEEN = {
  atLeast,
  from: instant('The earlier moment.'),
  to: instant('The later moment; default: now.'),
};
const NUMBERS = {
  ...PAGE,
  sku: repeated({
    ...text('Only listings of this item.'),
    read: (word: string) => (isIdText(word) ? word : undefined),
  }),
  after: position('Every listing with a greater version, in order of version, with its newest number only.'),
};
type AskedNumbers = ParameterValues<typeof NUMBERS>;

/** What each channel may sell, and what became of its orders. */
@Controller('v1/channels/:channel')
@ApiTags('What channels may sell')
export class ChannelsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly onhand: OnHand,
    private readonly pager: Pager,
    private readonly history: HistoryReads,
  ) {}

  @Get('availability')
  @Door({
    access: 'own-channel',
    does: "Lists a channel's numbers: all by listing, those of some items, or those that changed after a version.",
    answers: { 200: 'AvailabilityPage' },
    notThere: ['CHANNEL_UNKNOWN'],
  })
  async numbers(
    @PathId('channel', 'slug') channel: string,
    @Query(NUMBERS) asked: AskedNumbers,
  ): Promise<Page<AvailabilityBody>> {
    requireChannel(this.onhand, channel);
    const { after, sku } = asked;
    if (after !== undefined && sku.length > 0)
      throw refuse('FIELDS_EXCLUDE', '?sku and ?after exclude each other. Send one of them.');
    return this.pager.page(asked, {
      name: ['availability', channel, sku, after],
      read: (page) =>
        this.queries.execute(new ListNumbers(channel, whichNumbers(asked, page.after), page.limit)),
      placeOf: after === undefined ? ({ listing }) => listing : versionPlace,
      show: availabilityBody,
    });
  }

  @Get('availability/:listing')
  @Door({
    access: 'own-channel',
    does: "Shows a listing's number: now, or as it was last published by an earlier time.",
    answers: { 200: 'Availability' },
    notThere: ['CHANNEL_UNKNOWN', 'LISTING_UNKNOWN'],
  })
  async getNumber(
    @PathId('channel', 'slug') channel: string,
    @PathId('listing', 'id') listing: string,
    @Query(ONE_NUMBER) asked: ParameterValues<typeof ONE_NUMBER>,
  ): Promise<AvailabilityBody> {
    requireChannel(this.onhand, channel);
    const { knownAt } = asked;
    const number =
      knownAt === undefined
        ? await this.queries.execute(new FindNumber(channel, listing))
        : await this.history.execute(new FindNumberAt(channel, listing, knownAt));
    if (number === undefined) throw listingUnknown(listing);
    return availabilityBody(number);
  }

  @Get('availability/:listing/explain')
  @Door({
    access: 'own-channel',
    does: "Explains how a listing's number is made up, down to the messages: put into the formula, the terms give exactly that number.",
    answers: { 200: 'Explanation' },
    notThere: ['CHANNEL_UNKNOWN', 'LISTING_UNKNOWN'],
  })
  async explain(
    @PathId('channel', 'slug') channel: string,
    @PathId('listing', 'id') listing: string,
    @Query(EXPLAINED) asked: ParameterValues<typeof EXPLAINED>,
  ): Promise<object> {
    requireChannel(this.onhand, channel);
    const explained = await this.history.execute(new ExplainNumber(channel, listing, asked.knownAt));
    if (explained === undefined) throw listingUnknown(listing);
    return shownExplanation(explained);
  }

  @Get('availability/:listing/changes')
  @Door({
    access: 'own-channel',
    does: 'Explains why a number changed between two times: the deltas add up to the difference.',
    answers: { 200: 'Changes' },
    notThere: ['CHANNEL_UNKNOWN', 'LISTING_UNKNOWN'],
  })
  async changes(
    @PathId('channel', 'slug') channel: string,
    @PathId('listing', 'id') listing: string,
    @Query(BETWEEN) asked: ParameterValues<typeof BETWEEN>,
  ): Promise<object> {
    requireChannel(this.onhand, channel);
    const number = await this.queries.execute(new FindNumber(channel, listing));
    // The number as it is now may be of a moment to come: the clock may have been set back since.
    const now = Math.max(this.onhand.clock.now(), number?.recordedAt ?? 0);
    const { from = 0, to = now } = asked;
    if (from > to)
      throw refuse('INVALID_PARAMETER', '?from is later than ?to. Swap them.', { pointer: '?from' });
    if (number === undefined) throw listingUnknown(listing);
    return shownChanges(await this.history.execute(new FindChanges(channel, listing, from, to)));
  }

  @Get('orders/:orderId')
  @Door({
    access: 'own-channel',
    does: 'Shows an order: its lines, its shipments with tracking, and its history.',
    answers: { 200: 'Order' },
    notThere: ['CHANNEL_UNKNOWN', 'ORDER_UNKNOWN'],
  })
  async order(
    @PathId('channel', 'slug') channel: string,
    @PathId('orderId', 'id') orderId: string,
    @AtLeast() _: unknown,
  ): Promise<object> {
    requireChannel(this.onhand, channel);
    const order = await this.queries.execute(new FindOrder(channel, orderId));
    if (order === undefined)
      throw notThere(
        'ORDER_UNKNOWN',
        'There is no order with this number in this channel. Check the number, or send order.placed first.',
      );
    return shownOrder(order);
  }
}

function whichNumbers({ after, sku }: AskedNumbers, place: string | undefined): Numbers {
  if (after !== undefined) {
    return { afterVersion: place === undefined ? { version: after } : (JSON.parse(place) as NumberPlace) };
  }
  return sku.length > 0 ? { ofItems: sku, afterListing: place } : { afterListing: place };
}

const listingUnknown = (listing: string): Error =>
  notThere(
    'LISTING_UNKNOWN',
    `This channel has no listing "${shown(listing)}". Check the name, or define the listing first.`,
  );

const versionPlace = ({ version, listing }: ListingNumber): string => JSON.stringify({ version, listing });
