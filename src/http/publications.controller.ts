import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { FindWebhook, ListPublications } from '../application/channels.ts';
import { OnHand } from '../service.ts';
import { AtLeast, Door, PathId, Query } from './door.ts';
import { type Page, Pager } from './pager.ts';
import { PAGE, type ParameterValues } from './parameters.ts';
import { requireChannel } from './require-channel.ts';
import { shownPublication, shownWebhook } from './wire/publication-wire.ts';

/** Who was told what, and when. */
@Controller('v1/channels/:channel')
@ApiTags('What channels may sell')
export class PublicationsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly onhand: OnHand,
    private readonly pager: Pager,
  ) {}

  @Get('publications')
  @Door({
    access: 'own-channel',
    does: 'Lists, by listing, the current number, the one last sent, the one last acknowledged, and how stale that is.',
    answers: { 200: 'PublicationPage' },
    notThere: ['CHANNEL_UNKNOWN'],
  })
  async publications(
    @PathId('channel', 'slug') channel: string,
    @Query(PAGE) asked: ParameterValues<typeof PAGE>,
  ): Promise<Page<object>> {
    requireChannel(this.onhand, channel);
    return this.pager.page(asked, {
      name: ['publications', channel],
      read: (page) => this.queries.execute(new ListPublications(channel, page)),
      placeOf: ({ desired }) => desired.listing,
      show: shownPublication,
    });
  }

  @Get('webhook')
  @Door({
    access: 'own-channel',
    does: "Shows the state of a channel's webhook; empty if it has none.",
    answers: { 200: 'Webhook' },
    notThere: ['CHANNEL_UNKNOWN'],
  })
  async webhook(@PathId('channel', 'slug') channel: string, @AtLeast() _: unknown): Promise<object> {
    requireChannel(this.onhand, channel);
    return shownWebhook(await this.queries.execute(new FindWebhook(channel)));
  }
}
