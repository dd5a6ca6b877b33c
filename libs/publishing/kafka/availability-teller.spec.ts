import { ShardSet, shardOf } from '#kernel';
import { ListingNumbers } from '../testing/listing-numbers.ts';
import { AvailabilityTeller } from './availability-teller.ts';

const COUNT = 2;
const LISTINGS = Array.from({ length: 1_001 }, (_, number) => `L${String(number).padStart(4, '0')}`);
const [ours, others] = [0, 1].map((shard) => LISTINGS.filter((sku) => shardOf(sku, COUNT) === shard));

/** Two channels with all listings, at version 7; this process has the first of two shards. */
function opened() {
  const numbers = new ListingNumbers();
  const set = (position: number, channel: string, names: readonly string[], units = 1): void =>
    numbers.apply({
      ...{ stream: 's', revision: 0, position, recordedAt: 0, id: '', type: 'NumbersSet' },
      data: { channel, numbers: Object.fromEntries(names.map((name) => [name, units])) },
    });
  for (const channel of ['app', 'web']) set(7, channel, LISTINGS);
  const shards = new ShardSet(COUNT, [0]);
  const teller = new AvailabilityTeller({ numbers, channels: () => [{ id: 'app' }, { id: 'web' }], shards });
  return { teller, set, shards, numbers };
}

async function missingOf(teller: AvailabilityTeller): Promise<string[]> {
  const keys: string[] = [];
  teller.begin();
  for (let page = teller.missing(); page !== undefined; page = teller.missing()) {
    keys.push(...(await page).map(({ key }) => key));
  }
  return keys;
}

describe('what the topic of numbers does not hold', () => {
  it('is found in every channel and page: each listing of ours that is missing there or older', async () => {
    const { teller, set, shards, numbers } = opened();
    const all = ['app', 'web'].flatMap((channel) => ours!.map((listing) => `${channel}:${listing}`));
    expect(await missingOf(teller)).toEqual(all);
    expect(numbers.isPrepared).toBe(true);

    for (const key of all) teller.holds(key, 7);
    expect(await missingOf(teller)).toEqual([]);

    const [first, second, third] = ours!;
    teller.holds(`app:${first}`, 6);
    teller.holds(`web:${second}`, undefined); // A tombstone.
    set(9, 'web', [third!], 2);
    const missing = [`app:${first}`, `web:${second}`, `web:${third}`];
    expect(await missingOf(teller)).toEqual(missing);

    shards.set([1]);
    expect(await missingOf(teller)).toHaveLength(2 * others!.length);
    shards.set([0]);
    teller.forget();
    expect(await missingOf(teller)).toEqual(all);
  });

  it('is looked for from the start again after a look that was given up in the middle', async () => {
    const { teller } = opened();
    const all = await missingOf(teller);
    teller.begin();
    await teller.missing();
    expect(await missingOf(teller)).toEqual(all);
  });

  it('is sent with its newest number, if it is ours and not there yet', () => {
    const { teller, set } = opened();
    const [first, second] = ours!;
    set(9, 'web', [first!], 5);
    teller.holds(`web:${second}`, 7);
    const wanted = [`web:${first}`, `web:${second}`, `web:${others![0]}`, 'web:no-such', 'nonsense'];
    const tellings = teller.tellings(wanted.map((key) => ({ key, position: 7 })));
    expect(tellings).toMatchObject([{ key: `web:${first}`, version: 9, position: 7 }]);
    expect(JSON.parse(tellings[0]!.record.value)).toMatchObject({ available: 5, version: 9 });
  });

  it('is sent again where somebody wrote an older number over it', () => {
    const { teller } = opened();
    const key = `web:${ours![0]}`;
    expect(teller.mend({ key, version: 6, partition: 0 })).toEqual({ key, position: 7 });
    expect(teller.mend({ key, version: 7, partition: 0 })).toBeUndefined();
    expect(teller.mend({ key: `web:${others![0]}`, version: 6, partition: 0 })).toBeUndefined();
  });
});
