import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { TimelinePlace, TimelineRow } from '#inventory';
import { FindItem, FindItemAt, FindTimeline, ListItems } from '../application/items.ts';
import { cursorInvalid } from './cursor.ts';
import { Door, PathId, Query } from './door.ts';
import { Freshness } from './freshness.ts';
import { HistoryReads } from './history-reads.ts';
import { type Page, Pager, shownPage } from './pager.ts';
import { atLeast, instant, PAGE, type ParameterValues, text } from './parameters.ts';
import { notThere, shown } from './problem.ts';
import { shownItem, shownItemAt, shownTimelineRow } from './wire/item-wire.ts';

const ABOUT = 'Stock';
const MOMENT = {
  knownAt: instant('As it was known at that time.'),
  asOf: instant('As it had happened by that time.'),
};
const ONE = { atLeast, ...MOMENT };
const ITEMS = {
  ...PAGE,
  location: text('Only items that have ever been at this location.'),
  category: text('Only items of this category.'),
};
const TIMELINE = { ...PAGE, ...MOMENT };

/** How much of what is where, now and then. */
@Controller('v1/items')
export class ItemsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly freshness: Freshness,
    private readonly pager: Pager,
    private readonly history: HistoryReads,
  ) {}

  @Get()
  @Door({
    access: 'read',
    about: ABOUT,
    does: 'Lists items with their stock, by SKU.',
    answers: { 200: 'ItemPage' },
    problems: ['INVALID_PARAMETER', 'CURSOR_INVALID', 'NOT_YET'],
  })
  async listItems(@Query(ITEMS) asked: ParameterValues<typeof ITEMS>): Promise<Page<object>> {
    await this.freshness.reach(asked.atLeast);
    const { location, category } = asked;
    const page = await this.pager.page(
      ['items', location, category],
      asked,
      (after, limit) => this.queries.execute(new ListItems({ limit, after, location, category })),
      ({ item }) => item.sku,
    );
    return shownPage(page, shownItem);
  }

  @Get(':sku')
  @Door({
    access: 'read',
    about: ABOUT,
    does: 'Shows an item with its stock by location and what each channel may sell: now, or at an earlier time.',
    answers: { 200: 'Item' },
    problems: ['INVALID_PARAMETER', 'NOT_YET'],
    notThere: ['ITEM_UNKNOWN'],
  })
  async item(
    @PathId('sku', 'sku') sku: string,
    @Query(ONE) asked: ParameterValues<typeof ONE>,
  ): Promise<object> {
    await this.freshness.reach(asked.atLeast);
    const now = await this.queries.execute(new FindItem(sku));
    if (now === undefined) throw itemUnknown(sku);
    const { knownAt, asOf } = asked;
    if (knownAt === undefined && asOf === undefined) return shownItem(now);
    const at = await this.history.read(() => this.queries.execute(new FindItemAt(sku, { knownAt, asOf })));
    return shownItemAt(now.item, at);
  }

  @Get(':sku/timeline')
  @Door({
    access: 'read',
    about: ABOUT,
    does: 'Lists everything that changed the quantity on hand of an item, by the time it happened.',
    answers: { 200: 'TimelineRowPage' },
    problems: ['INVALID_PARAMETER', 'CURSOR_INVALID', 'NOT_YET'],
    notThere: ['ITEM_UNKNOWN'],
  })
  async timeline(
    @PathId('sku', 'sku') sku: string,
    @Query(TIMELINE) asked: ParameterValues<typeof TIMELINE>,
  ): Promise<Page<object>> {
    await this.freshness.reach(asked.atLeast);
    if ((await this.queries.execute(new FindItem(sku))) === undefined) throw itemUnknown(sku);
    const { knownAt, asOf } = asked;
    const page = await this.pager.page(
      ['timeline', sku, knownAt, asOf],
      asked,
      (cursor, limit) => {
        // A page goes on behind the very row that the one before ended with: a fact told late moves its place.
        const after = cursor === undefined ? undefined : toPlace(cursor);
        const find = new FindTimeline(sku, { knownAt, asOf }, { after, limit });
        return this.history.read(() => this.queries.execute(find));
      },
      (row) => JSON.stringify(placeOf(row)),
    );
    return shownPage(page, shownTimelineRow);
  }
}

/** A cursor of a version before 0.1.0 has only the row's number in the list: behind that may be any row by now. */
function toPlace(after: string): TimelinePlace {
  const place = JSON.parse(after) as TimelinePlace | number;
  if (typeof place === 'number') throw cursorInvalid();
  return place;
}

function placeOf(row: TimelineRow): TimelinePlace {
  const { position, kind, location, disposition, document, message, occurredAt } = row;
  return { position, kind, location, disposition, document, message, occurredAt };
}

const itemUnknown = (sku: string): Error =>
  notThere('ITEM_UNKNOWN', `There is no item "${shown(sku)}". Check the SKU, or define the item first.`);
