import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UNIT } from '#kernel';
import { Projector } from '#read-model';
import { IN_MEMORY, SqliteReadModel } from '#read-model/sqlite';
import {
  aChannel,
  aLocation,
  anItem,
  aSource,
  openCatalog,
  type OpenedCatalog,
} from '../testing/opened-catalog.ts';
import { CatalogBook } from './catalog-book.ts';

let opened: OpenedCatalog;
beforeEach(async () => {
  opened = await openCatalog();
});
afterEach(() => opened.close());

const listing = (channel: string, name: string, sku: string, units = 1) => ({
  channel,
  listing: name,
  sku,
  unitsPer: units * UNIT,
});

/** Two locations, a channel that lists all, one that lists by name, and some items. */
async function aMerchant(): Promise<void> {
  const { desk } = opened;
  await desk.putLocation(aLocation('main'));
  await desk.putLocation(aLocation('shop', false));
  await desk.putSource(aSource('wms'));
  await desk.putChannel(aChannel('web', { locations: ['shop', 'main'] }));
  await desk.putChannel(aChannel('amz', { locations: ['main'], lists: 'listed' }));
  await desk.putItem(anItem('MUG', { category: 'cups', identifiers: [{ scheme: 'gtin', value: '1' }] }));
  await desk.putItem(anItem('LID', { category: 'cups' }));
  await desk.putItem(anItem('TEA', { decimals: 3 }));
  await desk.putItem(anItem('PAIR', { components: [{ sku: 'MUG', quantity: 2 * UNIT }] }));
  await desk.putItem(anItem('BOX', { components: [{ sku: 'PAIR', quantity: 3 * UNIT }] }));
  await desk.putListing(listing('amz', 'B01', 'MUG'));
  await desk.putListing(listing('amz', 'B06', 'MUG', 6));
  await opened.catchUp();
}

describe('the book', () => {
  beforeEach(aMerchant);

  it('knows a listing that was defined, and those of a channel that lists all', () => {
    const { book } = opened;
    expect(book.listing('amz', 'B06')).toEqual(listing('amz', 'B06', 'MUG', 6));
    expect(book.listing('amz', 'MUG')).toBeUndefined();
    expect(book.listing('web', 'MUG')).toEqual(listing('web', 'MUG', 'MUG'));
    expect(book.listing('web', 'GONE')).toBeUndefined();
    expect(book.listing('gone', 'MUG')).toBeUndefined();
    expect(
      (book.offering('MUG')?.offers ?? []).map(({ channel, listing: name }) => [channel.id, name]),
    ).toEqual([
      ['amz', 'B01'],
      ['amz', 'B06'],
      ['web', 'MUG'],
    ]);
    expect(
      (book.offering('LID')?.offers ?? []).map(({ channel, listing: name }) => [channel.id, name]),
    ).toEqual([['web', 'LID']]);
    expect(book.offering('GONE')).toBeUndefined();
  });

  it('gives a name to the listing defined under it, not to the item of that name', async () => {
    const { book, desk } = opened;
    await desk.putListing(listing('web', 'MUG', 'MUG', 2));
    await desk.putListing(listing('web', 'LID', 'TEA'));
    await desk.putListing(listing('web', 'JAR', 'TEA'));
    await desk.putItem(anItem('JAR'));
    await opened.catchUp();
    const names = (sku: string) =>
      (book.offering(sku)?.offers ?? []).map(({ channel, listing: name, unitsPer }) => [
        channel.id,
        name,
        unitsPer / UNIT,
      ]);
    expect(names('MUG')).toEqual([
      ['amz', 'B01', 1],
      ['amz', 'B06', 6],
      ['web', 'MUG', 2],
    ]);
    expect(names('LID')).toEqual([]);
    expect(names('JAR')).toEqual([]);
    expect(names('TEA')).toEqual([
      ['web', 'LID', 1],
      ['web', 'JAR', 1],
      ['web', 'TEA', 1],
    ]);

    await desk.putListing(listing('web', 'LID', 'LID'));
    await opened.catchUp();
    expect(names('LID')).toEqual([['web', 'LID', 1]]);
    expect(names('TEA')).toEqual([
      ['web', 'JAR', 1],
      ['web', 'TEA', 1],
    ]);
  });

  it('keeps listings of the same name in two channels apart', async () => {
    const { book, desk } = opened;
    await desk.putListing(listing('web', 'B01', 'MUG', 3));
    await desk.putListing(listing('amz', 'B01', 'MUG', 2));
    await opened.catchUp();
    expect(book.listing('web', 'B01')).toEqual(listing('web', 'B01', 'MUG', 3));
    expect(book.listing('amz', 'B01')).toEqual(listing('amz', 'B01', 'MUG', 2));
    const ofAmz = book.entries('listing', { channel: 'amz', limit: 9 });
    expect(ofAmz.map(({ resource }) => resource)).toEqual([
      listing('amz', 'B01', 'MUG', 2),
      listing('amz', 'B06', 'MUG', 6),
    ]);
    await desk.putListing(listing('amz', 'B01', 'MUG', 4));
    await opened.catchUp();
    const offers = book.offering('MUG')?.offers ?? [];
    expect(offers.map((each) => `${each.channel.id} ${each.listing} ${each.unitsPer / UNIT}`).sort()).toEqual(
      ['amz B01 4', 'amz B06 6', 'web B01 3', 'web MUG 1'],
    );
  });

  it('gives an item its own name back in the one channel where it is free again', async () => {
    const { book, desk } = opened;
    await desk.putChannel(aChannel('app', { locations: ['main'] }));
    for (const channel of ['web', 'app']) await desk.putListing(listing(channel, 'LID', 'TEA'));
    const channelsOf = (sku: string) =>
      (book.offering(sku)?.offers ?? []).map(({ channel }) => channel.id).sort();
    await desk.putListing(listing('amz', 'JAR', 'TEA'));
    await desk.putItem(anItem('JAR'));
    await desk.putListing(listing('amz', 'BOX', 'BOX'));
    await opened.catchUp();
    expect([channelsOf('LID'), channelsOf('JAR'), channelsOf('BOX')]).toEqual([
      [],
      ['app', 'web'],
      ['amz', 'app', 'web'],
    ]);
    await desk.putListing(listing('app', 'LID', 'LID'));
    await opened.catchUp();
    expect(channelsOf('LID')).toEqual(['app']);
    await desk.putListing(listing('web', 'LID', 'LID'));
    await opened.catchUp();
    expect(channelsOf('LID')).toEqual(['app', 'web']);
  });

  it('knows the kits that hold an item, even within other kits', async () => {
    const { book, desk } = opened;
    expect([...book.kitsHolding('MUG')].sort()).toEqual(['BOX', 'PAIR']);
    expect(book.kitsHolding('PAIR')).toEqual(['BOX']);
    expect(book.kitsHolding('LID')).toEqual([]);
    await desk.putItem(anItem('PAIR', { components: [{ sku: 'LID', quantity: UNIT }] }));
    await opened.catchUp();
    expect(book.kitsHolding('MUG')).toEqual([]);
    expect([...book.kitsHolding('LID')].sort()).toEqual(['BOX', 'PAIR']);
    await desk.putItem(anItem('SET', { components: [{ sku: 'LID', quantity: UNIT }] }));
    await opened.catchUp();
    expect([...book.kitsHolding('LID')].sort()).toEqual(['BOX', 'PAIR', 'SET']);
    await desk.putItem(anItem('PAIR', { components: [{ sku: 'TEA', quantity: UNIT }] }));
    await opened.catchUp();
    expect(book.kitsHolding('LID')).toEqual(['SET']);
  });

  it('knows who carries an identifier, one or more', async () => {
    const { book, desk } = opened;
    const gtin = { scheme: 'gtin', value: '1' };
    expect(book.skusOf(gtin)).toEqual(['MUG']);
    await desk.putItem(anItem('CUP', { identifiers: [gtin] }));
    await opened.catchUp();
    expect(book.skusOf(gtin)).toEqual(['CUP', 'MUG']);
    await desk.putItem(anItem('MUG', { category: 'cups' }));
    await opened.catchUp();
    expect(book.skusOf(gtin)).toEqual(['CUP']);
    expect(book.skusOf({ scheme: 'gtin', value: '2' })).toEqual([]);
    expect(book.skusOf({ scheme: 'asin', value: '1' })).toEqual([]);
  });

  it('knows the active locations of a channel, by priority', async () => {
    const { book, desk } = opened;
    expect([...(book.sellingChannel('web')?.active ?? [])]).toEqual(['main']);
    await desk.putLocation(aLocation('shop', true));
    await opened.catchUp();
    expect([...(book.sellingChannel('web')?.active ?? [])]).toEqual(['shop', 'main']);
  });

  it('says what each event changed', async () => {
    const { book, desk, store } = opened;
    await desk.putLocation(aLocation('shop', true));
    await opened.catchUp();
    const head = await store.head();
    expect(book.changeAt(head)).toEqual({
      kind: 'location',
      position: head,
      before: aLocation('shop', false),
      after: aLocation('shop', true),
    });
    expect(book.changeAt(head - 1)).toBeUndefined();
  });

  it('shows entries by kind, page by page', () => {
    const { book } = opened;
    expect(book.entry('item', 'MUG')).toMatchObject({ resource: { sku: 'MUG' }, position: 6, revision: 0 });
    expect(book.entry('listing', 'amz:B06')?.resource.unitsPer).toBe(6 * UNIT);
    const skus = (page: { after?: string; limit: number; category?: string }) =>
      book.entries('item', page).map(({ resource }) => resource.sku);
    expect(skus({ limit: 2 })).toEqual(['BOX', 'LID']);
    expect(skus({ limit: 9, after: 'LID' })).toEqual(['MUG', 'PAIR', 'TEA']);
    expect(skus({ limit: 1, category: 'cups' })).toEqual(['LID']);
    expect(skus({ limit: 9, category: 'cups', after: 'LID' })).toEqual(['MUG']);
    const names = book
      .entries('listing', { channel: 'amz', limit: 9 })
      .map(({ resource }) => resource.listing);
    expect(names).toEqual(['B01', 'B06']);
    expect(book.entries('listing', { channel: 'amz', limit: 9, after: 'B01' })).toHaveLength(1);
    expect(book.entries('listing', { channel: 'web', limit: 9 })).toEqual([]);
    expect(book.entries('channel', { limit: 9 }).map(({ resource }) => resource.id)).toEqual(['amz', 'web']);
  });

  it('has everything again after it was closed and opened', async () => {
    const { desk, store } = opened;
    const directory = await mkdtemp(join(tmpdir(), 'onhand-book-'));
    const file = join(directory, 'picture.db');
    const known = async () => {
      const readModel = SqliteReadModel.open({ file });
      const book = new CatalogBook(readModel);
      await new Projector({ store, readModel, folds: [book] }).catchUp();
      const items = ['MUG', 'LID', 'TEA'].map((sku) => [book.offering(sku), book.kitsHolding(sku)]);
      const policy = book.policyFields('web', 'MUG', { sku: 'MUG' });
      readModel.close();
      return { items, policy };
    };
    await known();
    await desk.putListing(listing('web', 'LID', 'TEA'));
    await desk.putItem(anItem('TIN', { components: [{ sku: 'MUG', quantity: UNIT }] }));
    await desk.putPolicy({ scope: 'global', fields: { buffer: UNIT } });
    const before = await known();
    expect(before.items[0]).toMatchObject([{ isHeld: true }, ['PAIR', 'TIN', 'BOX']]);
    expect(before.policy.buffer?.value).toBe(UNIT);
    expect(await known()).toEqual(before);
    await rm(directory, { recursive: true });
  });

  it('is the same when rebuilt from the log', async () => {
    await opened.desk.putPolicy({ scope: 'global', fields: { buffer: UNIT } });
    await opened.catchUp();
    const readModel = SqliteReadModel.open({ file: IN_MEMORY });
    const book = new CatalogBook(readModel);
    await new Projector({ store: opened.store, readModel, folds: [book] }).catchUp();
    expect(readModel.hash()).toBe(opened.readModel.hash());
    expect((book.offering('MUG')?.offers ?? []).map(({ listing: name }) => name)).toEqual([
      'B01',
      'B06',
      'MUG',
    ]);
    readModel.close();
  });
});

describe('policies', () => {
  beforeEach(aMerchant);
  const mug = { sku: 'MUG', category: 'cups' };

  it('apply field by field: listing, item, category, channel, global', async () => {
    const { book, desk } = opened;
    await desk.putPolicy({
      scope: 'global',
      fields: { buffer: 1, cap: 1, stopAt: 1, percent: 1, safetyStock: 1 },
    });
    await desk.putPolicy({ scope: 'channel:web', fields: { cap: 2, stopAt: 2, percent: 2, safetyStock: 2 } });
    await desk.putPolicy({ scope: 'category:cups', fields: { stopAt: 3, percent: 3, safetyStock: 3 } });
    await desk.putPolicy({ scope: 'item:MUG', fields: { percent: 4, safetyStock: 4 } });
    await desk.putPolicy({ scope: 'listing:web:MUG', fields: { safetyStock: 0 } });
    await opened.catchUp();
    const { buffer, cap, stopAt, percent, safetyStock } = book.policyFields('web', 'MUG', mug);
    expect([buffer, cap, stopAt, percent, safetyStock].map((rule) => [rule?.scope, rule?.value])).toEqual([
      ['global', 1],
      ['channel:web', 2],
      ['category:cups', 3],
      ['item:MUG', 4],
      ['listing:web:MUG', 0],
    ]);
    expect(book.policyFields('web', undefined, mug).safetyStock?.scope).toBe('item:MUG');
    expect(book.policyFields('amz', 'B01', mug).cap?.scope).toBe('global');
    expect(book.policyFields('web', 'LID', { sku: 'LID' }).stopAt?.scope).toBe('channel:web');
    expect(book.policyFields('web', 'TEA', { sku: 'TEA', category: 'none' })).toBe(
      book.policyFields('web', 'LID', { sku: 'LID' }),
    );
  });

  it('can be tried without being put', async () => {
    const { book, desk } = opened;
    await desk.putPolicy({ scope: 'global', fields: { buffer: 1 } });
    await opened.catchUp();
    const tried = book.supposing([{ scope: 'item:MUG', fields: { cap: 5 }, effectiveAt: 9e12 }], {
      position: 99,
      recordedAt: 1,
    });
    expect(tried.policyFields('web', 'MUG', mug)).toMatchObject({
      buffer: { value: 1 },
      cap: { value: 5, position: 99 },
    });
    expect(book.policyFields('web', 'MUG', mug).cap).toBeUndefined();
  });
});
