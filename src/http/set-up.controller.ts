import { Controller, Get, Put, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Listing, Policy } from '#inventory';
import { checkWebhook } from '#publishing/webhook';
import { OnHand } from '../service.ts';
import {
  CHANNEL_BODY,
  type ChannelTold,
  ITEM_BODY,
  type ItemTold,
  LISTING_BODY,
  type ListingTold,
  LOCATION_BODY,
  type LocationTold,
  POLICY_BODY,
  type PolicyTold,
  SOURCE_BODY,
  type SourceTold,
} from './bodies/setup-bodies.ts';
import { AtLeast, Door, PathId, Query, SKU_REFUSALS, Told } from './door.ts';
import type { Page } from './pager.ts';
import { PAGE, type ParameterValues } from './parameters.ts';
import { POLICY_PROBLEMS, QUANTITY_PROBLEMS } from './problem-codes.ts';
import { Refusal } from './problem.ts';
import { requireChannel } from './require-channel.ts';
import { SetUpDesk } from './set-up.desk.ts';
import { toChannel, toItem, toListing, toLocation, toPolicy, toSource } from './wire/setup-wire.ts';

/** What a policy's scope, which is in its path, may name. */
const OF_A_SCOPE = ['CHANNEL_UNKNOWN', 'ITEM_UNKNOWN', 'LISTING_UNKNOWN'];
type Asked = ParameterValues<typeof PAGE>;

@Controller('v1')
@ApiTags('Set-up')
export class SetUpController {
  constructor(
    private readonly desk: SetUpDesk,
    private readonly onhand: OnHand,
  ) {}

  @Put('locations/:location')
  @Door({
    access: 'admin',
    body: 'json',
    does: 'Defines a location, or replaces it.',
    answers: { 200: 'Location', 201: 'Location' },
    problems: ['CONTENTION', 'VALUE_UNKNOWN'],
  })
  putLocation(
    @PathId('location', 'slug') id: string,
    @Told(LOCATION_BODY) told: LocationTold,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.desk.put({ kind: 'location', resource: toLocation(id, told) }, reply);
  }

  @Get('locations/:location')
  @Door({
    access: 'read',
    does: 'Shows a location.',
    answers: { 200: 'Location' },
    notThere: ['LOCATION_UNKNOWN'],
  })
  getLocation(@PathId('location', 'slug') id: string, @AtLeast() _: unknown): Promise<object> {
    return this.desk.get('location', id, 'LOCATION_UNKNOWN');
  }

  @Get('locations')
  @Door({
    access: 'read',
    does: 'Lists all locations, by id.',
    answers: { 200: 'LocationPage' },
  })
  listLocations(@Query(PAGE) asked: Asked): Promise<Page<object>> {
    return this.desk.list('location', asked, byId);
  }

  @Put('sources/:source')
  @Door({
    access: 'admin',
    body: 'json',
    does: 'Registers a warehouse, 3PL, ERP or file, or replaces it.',
    answers: { 200: 'Source', 201: 'Source' },
    problems: ['CONTENTION', 'VALUE_UNKNOWN', 'ID_TAKEN'],
  })
  putSource(
    @PathId('source', 'slug') id: string,
    @Told(SOURCE_BODY) told: SourceTold,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.desk.put({ kind: 'source', resource: toSource(id, told) }, reply);
  }

  @Get('sources/:source')
  @Door({
    access: 'read',
    does: 'Shows a source.',
    answers: { 200: 'Source' },
    notThere: ['SOURCE_UNKNOWN'],
  })
  getSource(@PathId('source', 'slug') id: string, @AtLeast() _: unknown): Promise<object> {
    return this.desk.get('source', id, 'SOURCE_UNKNOWN');
  }

  @Get('sources')
  @Door({ access: 'read', does: 'Lists all sources, by id.', answers: { 200: 'SourcePage' } })
  listSources(@Query(PAGE) asked: Asked): Promise<Page<object>> {
    return this.desk.list('source', asked, byId);
  }

  @Put('channels/:channel')
  @Door({
    access: 'admin',
    body: 'json',
    does: 'Registers a channel, or replaces it.',
    answers: { 200: 'Channel', 201: 'Channel' },
    problems: [
      'CONTENTION',
      'VALUE_UNKNOWN',
      'WEBHOOK_URL_FORBIDDEN',
      'WEBHOOK_SECRET_INVALID',
      'LOCATION_UNKNOWN',
      'ID_TAKEN',
      'DUPLICATE_VALUE',
    ],
  })
  putChannel(
    @PathId('channel', 'slug') id: string,
    @Told(CHANNEL_BODY) told: ChannelTold,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    this.#checkWebhook(told);
    return this.desk.put({ kind: 'channel', resource: toChannel(id, told) }, reply);
  }

  @Get('channels/:channel')
  @Door({
    access: 'own-channel',
    does: 'Shows a channel; the secret of its webhook is never shown.',
    answers: { 200: 'Channel' },
    notThere: ['CHANNEL_UNKNOWN'],
  })
  getChannel(@PathId('channel', 'slug') id: string, @AtLeast() _: unknown): Promise<object> {
    return this.desk.get('channel', id, 'CHANNEL_UNKNOWN');
  }

  @Get('channels')
  @Door({ access: 'read', does: 'Lists all channels, by id.', answers: { 200: 'ChannelPage' } })
  listChannels(@Query(PAGE) asked: Asked): Promise<Page<object>> {
    return this.desk.list('channel', asked, byId);
  }

  @Put('items/:sku')
  @Door({
    access: 'admin',
    body: 'json',
    does: 'Defines an item, or replaces its definition.',
    answers: { 200: 'ItemDefinition', 201: 'ItemDefinition' },
    problems: ['CONTENTION', 'KIT_CYCLE', 'ITEM_UNKNOWN', ...QUANTITY_PROBLEMS, 'QUANTITY_ZERO'],
  })
  putItem(
    @PathId('sku', 'sku') sku: string,
    @Told(ITEM_BODY) told: ItemTold,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.desk.put({ kind: 'item', resource: toItem(sku, told) }, reply);
  }

  @Put('channels/:channel/listings/:listing')
  @Door({
    access: 'admin',
    body: 'json',
    does: "Defines a channel's name for an item, or replaces it.",
    answers: { 200: 'Listing', 201: 'Listing' },
    problems: ['CONTENTION', 'ITEM_UNKNOWN', ...SKU_REFUSALS, ...QUANTITY_PROBLEMS, 'QUANTITY_ZERO'],
    notThere: ['CHANNEL_UNKNOWN'],
  })
  putListing(
    @PathId('channel', 'slug') channel: string,
    @PathId('listing', 'id') listing: string,
    @Told(LISTING_BODY) told: ListingTold,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const resource = toListing(channel, listing, told);
    return named(this.desk.put({ kind: 'listing', resource }, reply), 'CHANNEL_UNKNOWN');
  }

  @Get('channels/:channel/listings/:listing')
  @Door({
    access: 'own-channel',
    does: "Shows a channel's name for an item.",
    answers: { 200: 'Listing' },
    notThere: ['CHANNEL_UNKNOWN', 'LISTING_UNKNOWN'],
  })
  getListing(
    @PathId('channel', 'slug') channel: string,
    @PathId('listing', 'id') listing: string,
    @AtLeast() _: unknown,
  ): Promise<object> {
    requireChannel(this.onhand, channel);
    return this.desk.get('listing', `${channel}:${listing}`, 'LISTING_UNKNOWN');
  }

  @Get('channels/:channel/listings')
  @Door({
    access: 'own-channel',
    does: "Lists a channel's names for items, by name.",
    answers: { 200: 'ListingPage' },
    notThere: ['CHANNEL_UNKNOWN'],
  })
  listListings(@PathId('channel', 'slug') channel: string, @Query(PAGE) asked: Asked): Promise<Page<object>> {
    requireChannel(this.onhand, channel);
    return this.desk.list('listing', { ...asked, channel }, ({ listing }: Listing) => listing);
  }

  @Put('policies/:scope')
  @Door({
    access: 'admin',
    body: 'json',
    does: "Replaces a scope's policy.",
    answers: { 200: 'Policy', 201: 'Policy' },
    problems: ['CONTENTION', ...POLICY_PROBLEMS],
    notThere: OF_A_SCOPE,
  })
  putPolicy(
    @PathId('scope', 'scope') scope: string,
    @Told(POLICY_BODY) told: PolicyTold,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return named(this.desk.put({ kind: 'policy', resource: toPolicy(scope, told) }, reply), ...OF_A_SCOPE);
  }

  @Get('policies/:scope')
  @Door({
    access: 'read',
    does: "Shows a scope's policy, as it was last put.",
    answers: { 200: 'Policy' },
    notThere: ['POLICY_UNKNOWN'],
  })
  getPolicy(@PathId('scope', 'scope') scope: string, @AtLeast() _: unknown): Promise<object> {
    return this.desk.get('policy', scope, 'POLICY_UNKNOWN');
  }

  @Get('policies')
  @Door({
    access: 'read',
    does: 'Lists all policies, by scope.',
    answers: { 200: 'PolicyPage' },
  })
  listPolicies(@Query(PAGE) asked: Asked): Promise<Page<object>> {
    return this.desk.list('policy', asked, ({ scope }: Policy) => scope);
  }

  #checkWebhook({ webhook }: ChannelTold): void {
    if (webhook === undefined) return;
    const allowPrivate = this.onhand.settings.WEBHOOK_ALLOW_PRIVATE;
    const forbidden = checkWebhook(webhook, { allowPrivate });
    if (forbidden !== undefined) throw new Refusal(forbidden);
  }
}

const byId = ({ id }: { readonly id: string }): string => id;

/** What the path names and is not there is 404, whatever the room calls it. It has no pointer into the body. */
async function named<Answer>(answer: Promise<Answer>, ...codes: readonly string[]): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const [{ code, pointer }] = error.rejections;
    if (pointer !== undefined || !codes.includes(code)) throw error;
    throw new Refusal(error.rejections, { status: 404 });
  }
}
