import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { TimelinePlace, TimelineRow } from '#inventory';
import { FindItem, FindItemAt, FindTimeline, ListItems } from '../application/items.ts';
import { cursorInvalid } from './cursor.ts';
import { Door, PathId, Query } from './door.ts';
import { HistoryReads } from './history-reads.ts';
import { type Page, Pager } from './pager.ts';
import { atLeast, instant, PAGE, type ParameterValues, text } from './parameters.ts';
import { notThere, shown } from './problem.ts';
import { shownItem, shownItemAt, shownTimelineRow } from './wire/item-wire.ts';

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
@ApiTags('Stock')
export class ItemsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly pager: Pager,
    private readonly history: HistoryReads,
  ) {}

  @Get()
  @Door({
    access: 'read',
    does: 'Lists items with their stock, by SKU.',
    answers: { 200: 'ItemPage' },
  })
  async listItems(@Query(ITEMS) asked: ParameterValues<typeof ITEMS>): Promise<Page<object>> {
    const { location, category } = asked;
    return this.pager.page(asked, {
      name: ['items', location, category],
      read: (page) => this.queries.execute(new ListItems({ ...page, location, category })),
      placeOf: ({ item }) => item.sku,
      show: shownItem,
    });
  }

  @Get(':sku')
  @Door({
    access: 'read',
    does: 'Shows an item with its stock by location and what each channel may sell: now, or at an earlier time.',
    answers: { 200: 'Item' },
    notThere: ['ITEM_UNKNOWN'],
  })
  async item(
    @PathId('sku', 'sku') sku: string,
    @Query(ONE) asked: ParameterValues<typeof ONE>,
  ): Promise<object> {
    const now = await this.queries.execute(new FindItem(sku));
    if (now === undefined) throw itemUnknown(sku);
    const { knownAt, asOf } = asked;
    if (knownAt === undefined && asOf === undefined) return shownItem(now);
    const at = await this.history.execute(new FindItemAt(sku, { knownAt, asOf }));
    return shownItemAt(now.item, at);
  }

  @Get(':sku/timeline')
  @Door({
    access: 'read',
    does: 'Lists everything that changed the quantity on hand of an item, by the time it happened.',
    answers: { 200: 'TimelineRowPage' },
    notThere: ['ITEM_UNKNOWN'],
  })
  async timeline(
    @PathId('sku', 'sku') sku: string,
    @Query(TIMELINE) asked: ParameterValues<typeof TIMELINE>,
  ): Promise<Page<object>> {
    if ((await this.queries.execute(new FindItem(sku))) === undefined) throw itemUnknown(sku);
    const { knownAt, asOf } = asked;
    return this.pager.page(asked, {
      name: ['timeline', sku, knownAt, asOf],
      read: ({ after: cursor, limit }) => {
        // A page goes on behind the very row that the one before ended with: a fact told late moves its place.
        const after = cursor === undefined ? undefined : toPlace(cursor);
        return this.history.execute(new FindTimeline(sku, { knownAt, asOf }, { after, limit }));
      },
      placeOf: (row) => JSON.stringify(placeOf(row)),
      show: shownTimelineRow,
    });
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
