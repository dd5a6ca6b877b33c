import { UNIT } from '#kernel';
import { Merchant } from '../testing/merchant.ts';
import { touchedByScope } from './touched.ts';

/** More than are read at once. */
const MUGS = 450;

let merchant: Merchant;
beforeEach(async () => {
  merchant = await Merchant.open();
  const { desk, catchUp } = merchant.opened;
  for (let index = 0; index < MUGS; index++) {
    const sku = `MUG-${index}`;
    await desk.putItem({ sku, name: sku, decimals: 0, identifiers: [], components: [], category: 'mugs' });
    await desk.putListing({ channel: 'amz', listing: `A-${index}`, sku, unitsPer: UNIT });
    await desk.putListing({ channel: 'amz', listing: `B-${index}`, sku, unitsPer: UNIT });
  }
  await merchant.item('SET', { components: [{ sku: 'MUG-1', quantity: UNIT }] });
  await catchUp();
});
afterEach(() => merchant.opened.close());

const mugs = Array.from({ length: MUGS }, (_, index) => `MUG-${index}`);
const touched = (scope: 'category:mugs' | 'channel:amz'): string[] =>
  [...touchedByScope(scope, merchant.opened.catalog).items].sort();

it('a policy of a category touches each of its items once, and each kit that holds one', () => {
  expect(touched('category:mugs')).toEqual([...mugs, 'SET'].sort());
});

it('a policy of a channel touches each item that it lists once, however many listings that has', () => {
  expect(touched('channel:amz')).toEqual(mugs.toSorted());
});
