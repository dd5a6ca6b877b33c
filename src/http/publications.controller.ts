import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { FindWebhook, ListPublications } from '../application/channels.ts';
import { OnHand } from '../service.ts';
import { Door, PathId, Query } from './door.ts';
import { Freshness } from './freshness.ts';
import { type Page, Pager, shownPage } from './pager.ts';
import { atLeast, PAGE, type ParameterValues } from './parameters.ts';
import { requireChannel } from './require-channel.ts';
import { shownPublication, shownWebhook } from './wire/publication-wire.ts';

const ABOUT = 'What channels may sell';
const ONE = { atLeast };

/** Who was told what, and when. */
@Controller('v1/channels/:channel')
export class PublicationsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly onhand: OnHand,
    private readonly freshness: Freshness,
    private readonly pager: Pager,
  ) {}

  @Get('publications')
  @Door({
    access: 'own-channel',
    about: ABOUT,
    does: 'Lists, by listing, the current number, the one last sent, the one last acknowledged, and how stale that is.',
    answers: { 200: 'PublicationPage' },
    problems: ['INVALID_PARAMETER', 'CURSOR_INVALID', 'NOT_YET'],
    notThere: ['CHANNEL_UNKNOWN'],
  })
  async publications(
    @PathId('channel', 'slug') channel: string,
    @Query(PAGE) asked: ParameterValues<typeof PAGE>,
  ): Promise<Page<object>> {
    await this.freshness.reach(asked.atLeast);
    requireChannel(this.onhand, channel);
    const page = await this.pager.page(
      ['publications', channel],
      asked,
      (after, limit) => this.queries.execute(new ListPublications(channel, { limit, after })),
      ({ desired }) => desired.listing,
    );
    return shownPage(page, shownPublication);
  }

  @Get('webhook')
  @Door({
    access: 'own-channel',
    about: ABOUT,
    does: "Shows the state of a channel's webhook; empty if it has none.",
    answers: { 200: 'Webhook' },
    problems: ['NOT_YET'],
    notThere: ['CHANNEL_UNKNOWN'],
  })
  async webhook(
    @PathId('channel', 'slug') channel: string,
    @Query(ONE) asked: ParameterValues<typeof ONE>,
  ): Promise<object> {
    await this.freshness.reach(asked.atLeast);
    requireChannel(this.onhand, channel);
    return shownWebhook(await this.queries.execute(new FindWebhook(channel)));
  }
}
