import { randomUUID } from 'node:crypto';
import { isRejection, type Rejection } from '#inventory';
import { UNIT } from '#kernel';
import {
  aChannel,
  aLocation,
  anItem,
  aSource,
  openCatalog,
  type OpenedCatalog,
} from '../testing/opened-catalog.ts';
import { CatalogDesk, type Put } from './catalog-desk.ts';

let opened: OpenedCatalog;
let desk: CatalogDesk;

beforeEach(async () => {
  opened = await openCatalog();
  desk = opened.desk;
});
afterEach(() => opened.close());

const codeOf = (answer: Put<object> | Rejection): string => (isRejection(answer) ? answer.code : 'taken');
const taken = <Resource>(answer: Put<Resource> | Rejection): Put<Resource> => {
  if (isRejection(answer)) throw new Error(JSON.stringify(answer));
  return answer;
};

describe('a PUT', () => {
  it('is one event; the same again is none, and is answered with the first position', async () => {
    const first = taken(await desk.putItem(anItem('MUG')));
    expect(first).toMatchObject({ outcome: 'created', resource: { sku: 'MUG', name: 'mug' } });
    expect(taken(await desk.putItem(anItem('MUG')))).toMatchObject({
      outcome: 'unchanged',
      position: first.position,
    });
    expect(await opened.store.head()).toBe(first.position);

    const second = taken(await desk.putItem(anItem('MUG', { name: 'Mug' })));
    expect(second.outcome).toBe('replaced');
    expect(second.position).toBeGreaterThan(first.position);
    expect(taken(await desk.putItem(anItem('MUG', { name: 'Mug' }))).position).toBe(second.position);
  });

  it('is the same whatever is undefined, and in whatever order its fields are', async () => {
    const first = taken(await desk.putItem({ ...anItem('MUG'), category: undefined }));
    const { name, ...rest } = anItem('MUG');
    expect(taken(await desk.putItem({ ...rest, name }))).toEqual({ ...first, outcome: 'unchanged' });
  });

  it('sees what was put before, whether the book has it or not', async () => {
    await desk.putLocation(aLocation('main'));
    await desk.putChannel(aChannel('web', { locations: ['main'] }));
    await desk.putItem(anItem('MUG'));
    const listing = { channel: 'web', listing: 'amz:1', sku: 'MUG', unitsPer: UNIT };
    expect(codeOf(await desk.putListing(listing))).toBe('taken');
    expect(codeOf(await desk.putPolicy({ scope: 'listing:web:amz:1', fields: { cap: UNIT } }))).toBe('taken');
    expect(codeOf(await desk.putPolicy({ scope: 'listing:web:MUG', fields: { cap: UNIT } }))).toBe('taken');
    expect(opened.book.item('MUG')).toBeUndefined();
    await opened.catchUp();
    expect(opened.book.item('MUG')).toEqual(anItem('MUG'));
    expect(taken(await desk.putListing(listing)).outcome).toBe('unchanged');
  });

  it('sees what another process has put', async () => {
    const other = new CatalogDesk(opened.store, opened.book);
    await other.putItem(anItem('MUG', { name: 'theirs' }));
    expect(
      codeOf(await desk.putItem(anItem('PAIR', { components: [{ sku: 'MUG', quantity: 2 * UNIT }] }))),
    ).toBe('taken');
    expect(taken(await desk.putItem(anItem('MUG', { name: 'theirs' }))).outcome).toBe('unchanged');
    await other.putItem(anItem('MUG', { name: 'theirs again' }));
    expect(taken(await desk.putItem(anItem('MUG', { name: 'ours' }))).outcome).toBe('replaced');
  });

  it('may name whatever another process has put', async () => {
    const other = new CatalogDesk(opened.store, opened.book);
    await other.putLocation(aLocation('main'));
    await other.putChannel(aChannel('web', { lists: 'listed' }));
    await other.putItem(anItem('MUG'));
    await other.putListing({ channel: 'web', listing: 'L', sku: 'MUG', unitsPer: UNIT });
    const fresh = () => new CatalogDesk(opened.store, opened.book); // Knows only what it reads from the store.
    const puts = [
      fresh().putChannel(aChannel('pos', { locations: ['main'] })),
      fresh().putListing({ channel: 'web', listing: 'M', sku: 'MUG', unitsPer: UNIT }),
      fresh().putPolicy({ scope: 'channel:web', fields: { cap: UNIT } }),
      fresh().putPolicy({ scope: 'item:MUG', fields: { allocations: { web: UNIT } } }),
      fresh().putPolicy({ scope: 'listing:web:L', fields: { locationSafetyStock: { main: UNIT } } }),
      fresh().putPolicy({ scope: 'global', fields: { allocations: { web: UNIT } } }),
    ];
    expect((await Promise.all(puts)).map(codeOf)).toEqual(puts.map(() => 'taken'));
    expect(codeOf(await fresh().putSource(aSource('web')))).toBe('ID_TAKEN');
    expect(await fresh().checkPolicy({ scope: 'channel:web', fields: {} })).toBeUndefined();
  });

  it('no longer counts once another process has put something else, and the book has it', async () => {
    const other = new CatalogDesk(opened.store, opened.book);
    await desk.putItem(anItem('MUG', { decimals: 1 }));
    await opened.catchUp();
    await desk.putItem(anItem('MUG', { decimals: 2 }));
    await other.putItem(anItem('MUG', { decimals: 3 }));
    await opened.catchUp();
    expect(desk.view.item('MUG')?.decimals).toBe(3);
  });

  it('of a policy whose time has come meanwhile is still the same PUT', async () => {
    const policy = { scope: 'global', fields: { cap: UNIT }, effectiveAt: opened.clock.at + 1_000 };
    const first = taken(await desk.putPolicy(policy));
    await opened.store.append('policy-global', 0, [
      { id: randomUUID(), type: 'PolicyTookEffect', data: { scope: 'global', definedAt: first.position } },
    ]);
    expect(taken(await desk.putPolicy(policy))).toEqual({ ...first, outcome: 'unchanged' });
    expect(taken(await desk.putPolicy({ scope: 'global', fields: {} })).outcome).toBe('replaced');
  });

  it('is not taken for unchanged if another process has put something else meanwhile', async () => {
    await desk.putItem(anItem('MUG', { name: 'ours' }));
    const other = new CatalogDesk(opened.store, opened.book);
    await other.putItem(anItem('MUG', { name: 'theirs' }));
    expect(taken(await desk.putItem(anItem('MUG', { name: 'ours' }))).outcome).toBe('replaced');
  });

  it('of many at once to one resource stores each change, but the same one only once', async () => {
    const puts = await Promise.all(
      Array.from({ length: 20 }, (_, n) => desk.putItem(anItem('MUG', { name: `n${n % 2}` }))),
    );
    const events = await opened.store.readStream('catalog-item:MUG');
    expect(puts.map(codeOf)).not.toContain('rejected');
    expect(events).toHaveLength(20);
    const again = await Promise.all(Array.from({ length: 20 }, () => desk.putItem(anItem('CUP'))));
    expect(new Set(again.map((put) => taken(put).position)).size).toBe(1);
  });

  it('is refused with what is wrong, and stores nothing', async () => {
    await desk.putSource(aSource('wms'));
    expect(codeOf(await desk.putItem(anItem('K', { components: [{ sku: 'GONE', quantity: UNIT }] })))).toBe(
      'ITEM_UNKNOWN',
    );
    expect(codeOf(await desk.putChannel(aChannel('wms')))).toBe('ID_TAKEN');
    expect(codeOf(await desk.putChannel(aChannel('web', { locations: ['moon'] })))).toBe('LOCATION_UNKNOWN');
    expect(codeOf(await desk.putListing({ channel: 'web', listing: 'L', sku: 'M', unitsPer: UNIT }))).toBe(
      'CHANNEL_UNKNOWN',
    );
    expect(codeOf(await desk.putPolicy({ scope: 'world', fields: {} }))).toBe('SCOPE_INVALID');
    expect(await opened.store.head()).toBe(1);
    await desk.putChannel(aChannel('web'));
    expect(codeOf(await desk.putPolicy({ scope: 'listing:web:GONE', fields: {} }))).toBe('LISTING_UNKNOWN');
  });

  it('of two kits that would hold each other: one is refused', async () => {
    await desk.putItem(anItem('A'));
    await desk.putItem(anItem('B'));
    const answers = await Promise.all([
      desk.putItem(anItem('A', { components: [{ sku: 'B', quantity: UNIT }] })),
      desk.putItem(anItem('B', { components: [{ sku: 'A', quantity: UNIT }] })),
    ]);
    expect(answers.map(codeOf)).toEqual(['taken', 'KIT_CYCLE']);
  });

  it('of a channel and a source under one id at once: one is refused', async () => {
    const answers = await Promise.all([desk.putChannel(aChannel('x')), desk.putSource(aSource('x'))]);
    expect(answers.map(codeOf)).toEqual(['taken', 'ID_TAKEN']);
  });
});

describe('a webhook', () => {
  const url = 'https://example.com/hook';

  it('keeps its secret when it is put again without it', async () => {
    await desk.putChannel(aChannel('web', { webhook: { url, secret: 's3cret' } }));
    const put = taken(await desk.putChannel({ ...aChannel('web'), webhook: { url } }));
    expect(put).toMatchObject({ outcome: 'unchanged', resource: { webhook: { url, secret: 's3cret' } } });
  });

  it('needs a secret of its own if its address is new', async () => {
    await desk.putChannel(aChannel('web', { webhook: { url, secret: 's3cret' } }));
    const answer = await desk.putChannel({ ...aChannel('web'), webhook: { url: `${url}2` } });
    expect(answer).toMatchObject({ code: 'MISSING_FIELD', pointer: '/webhook/secret' });
    expect(taken(await desk.putChannel(aChannel('web'))).resource.webhook).toBeUndefined();
  });
});

describe('items that must be there', () => {
  it('are created if they are missing, once, even by several callers at the same time', async () => {
    const other = new CatalogDesk(opened.store, opened.book);
    await desk.putItem(anItem('MUG', { name: 'Mug' }));
    const [ours, theirs] = await Promise.all([
      desk.ensureItems(['MUG', 'CUP', 'CUP', 'JAR']),
      other.ensureItems(['JAR', 'CUP', 'MUG']),
    ]);
    expect(ours.get('MUG')?.name).toBe('Mug');
    expect(ours.get('CUP')).toEqual({
      sku: 'CUP',
      name: 'CUP',
      decimals: 0,
      identifiers: [],
      components: [],
    });
    expect(theirs).toEqual(ours);
    expect(await opened.store.head()).toBe(3);
    expect(desk.view.item('JAR')).toEqual(ours.get('JAR'));
  });
});
