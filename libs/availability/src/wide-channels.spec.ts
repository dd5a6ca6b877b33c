import { UNIT } from '#kernel';
import { Merchant } from '../testing/merchant.ts';
import { received } from '../testing/opened-availability.ts';

const LISTINGS = 1_200;
/** What is read of the set-up within one turn of the event loop. */
const ROWS_A_TURN_MAX = 450;

let merchant: Merchant;
beforeEach(async () => {
  merchant = await Merchant.open();
  const { desk, catchUp } = merchant.opened;
  const tea = { decimals: 0, identifiers: [], components: [], category: 'tea' };
  const numbers = Array.from({ length: LISTINGS }, (_, number) => number);
  await Promise.all(numbers.map((n) => desk.putItem({ sku: `T-${n}`, name: 'Tea', ...tea })));
  await catchUp();
  const listing = { channel: 'amz', unitsPer: UNIT };
  await Promise.all(numbers.map((n) => desk.putListing({ ...listing, listing: `L-${n}`, sku: `T-${n}` })));
  await catchUp();
  await merchant.tell('T-7', received('main', 5));
});
afterEach(() => merchant.opened.close());

it.each([
  ['its policy', () => merchant.policy('channel:amz', { buffer: UNIT }), 4],
  ['the policy of all of its items', () => merchant.policy('category:tea', { buffer: UNIT }), 4],
  ['what it sells from', () => merchant.channel('amz', { locations: ['shop'], lists: 'listed' }), 0],
])('a channel with very many listings gives others turns while %s is changed', async (_, change, units) => {
  const { catalog } = merchant.opened;
  const entries = catalog.entries.bind(catalog);
  const rows: number[] = [0];
  catalog.entries = (...asked) => {
    const page = entries(...asked);
    rows[rows.length - 1]! += page.length;
    return page;
  };
  let isDone = false;
  const nextTurn = (): void => {
    rows.push(0);
    if (!isDone) setImmediate(nextTurn);
  };
  setImmediate(nextTurn);
  await change();
  isDone = true;
  expect(merchant.units('amz', 'L-7')).toBe(units);
  expect(rows.reduce((sum, each) => sum + each)).toBeGreaterThanOrEqual(LISTINGS);
  expect(Math.max(...rows)).toBeLessThanOrEqual(ROWS_A_TURN_MAX);
});
