import { UNIT } from '#kernel';
import { Merchant } from '../testing/merchant.ts';
import { received } from '../testing/opened-availability.ts';

/** More than are changed within one turn. */
const KITS = 450;

let merchant: Merchant;
beforeEach(async () => {
  merchant = await Merchant.open();
  const { desk, catchUp } = merchant.opened;
  for (let index = 0; index < KITS; index++) {
    const components = [{ sku: 'MUG', quantity: UNIT }];
    const sku = `KIT-${index}`;
    await desk.putItem({ sku, name: sku, decimals: 0, identifiers: [], components });
  }
  await catchUp();
});
afterEach(() => merchant.opened.close());

it('a part of very many kits changes their numbers in turns, and all of them are shown at once', async () => {
  const { availability } = merchant.opened;
  const shown = (): readonly number[] =>
    availability.numbersAfter('web', { version: 0 }, 1_000).map(({ available }) => available);
  let turn = 0;
  let isDone = false;
  const changedIn = new Set<number>();
  const seen = new Set<number>();
  availability.onChange(() => changedIn.add(turn));
  const nextTurn = (): void => {
    if (isDone) return;
    turn++;
    seen.add(shown().filter((available) => available > 0).length);
    setImmediate(nextTurn);
  };
  setImmediate(nextTurn);
  await merchant.tell('MUG', received('main', 7));
  isDone = true;
  expect(changedIn.size).toBeGreaterThanOrEqual(3);
  expect([...seen].filter((count) => count !== 0 && count !== KITS + 1)).toEqual([]);
  expect(shown()).toEqual(Array.from({ length: KITS + 1 }, () => 7 * UNIT));
});

it('a part of very many kits leaves nothing to be written by the next reader of their numbers', async () => {
  const { readModel } = merchant.opened;
  let isDone = false;
  let turns = 0;
  let most = 0;
  const look = (): void => {
    if (isDone) return;
    turns++;
    most = Math.max(most, readModel.changedRows);
    setImmediate(look);
  };
  setImmediate(look);
  await merchant.tell('MUG', received('main', 7));
  isDone = true;
  expect(turns).toBeGreaterThanOrEqual(3);
  expect(most).toBeLessThan(20);
});

it.each([
  ['to', 'CUP', 'MUG'],
  ['from', 'MUG', 'CUP'],
])(
  'a listing that moves %s such a part is told once, and is never seen as half moved',
  async (_, from, to) => {
    const { availability } = merchant.opened;
    await merchant.item('CUP');
    for (const sku of ['MUG', 'CUP']) await merchant.tell(sku, received('main', 5));
    await merchant.listing('amz', 'B1', from);
    const before = availability.number('amz', 'B1')!;
    const seen = new Set<string>();
    let isDone = false;
    const look = (): void => {
      const { sku, version } = availability.number('amz', 'B1')!;
      seen.add(`${sku} ${version}`);
      if (!isDone) setImmediate(look);
    };
    look();
    const version = await merchant.listing('amz', 'B1', to);
    isDone = true;
    look();
    expect(merchant.changes).toMatchObject([{ channel: 'amz', listing: 'B1', sku: to, version }]);
    expect([...seen].sort()).toEqual([`${from} ${before.version}`, `${to} ${version}`].sort());
  },
);
