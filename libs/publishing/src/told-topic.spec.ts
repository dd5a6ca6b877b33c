import { shardOf } from '#kernel';
import { IN_MEMORY, SqliteReadModel } from '#read-model/sqlite';
import { ListingNumbers } from '../testing/listing-numbers.ts';
import type { TopicReadBack } from './publication-event.ts';
import { ToldBook } from './told-book.ts';

const LISTINGS = ['A', 'B', 'C', 'D', 'E', 'F'];

describe('the ledger of what the topic was told', () => {
  const numbers = new ListingNumbers();
  const readModel = SqliteReadModel.open({ file: IN_MEMORY });
  const told = new ToldBook(readModel);
  const event = (type: string, position: number, data: object) => ({
    ...{ id: '', stream: 'publication-kafka:x', revision: 0, type, position, data, recordedAt: position },
  });
  const readBack = (data: TopicReadBack): void => told.apply(event('TopicReadBack', 1_000, data));
  const known = (): readonly string[] =>
    told
      .publications('web', numbers, { limit: 100 })
      .filter(({ acknowledged, desired }) => acknowledged?.version === desired.version)
      .map(({ desired }) => desired.listing);

  beforeAll(() => {
    LISTINGS.forEach((listing, index) =>
      numbers.apply(event('NumbersSet', 10 + index, { channel: 'web', numbers: { [listing]: 1 } })),
    );
  });
  afterAll(() => readModel.close());

  it('knows each shard’s numbers up to where they were read back', () => {
    expect(known()).toEqual([]);
    readBack({ count: 2, shards: [0], through: 99, at: 7 });
    const ofShard = (shard: number): string[] => LISTINGS.filter((sku) => shardOf(sku, 2) === shard);
    expect(ofShard(0).length).toBeGreaterThan(0);
    expect(known()).toEqual(ofShard(0));
    readBack({ count: 2, shards: [1], through: 12, at: 8 });
    readBack({ count: 2, shards: [1], through: 11, at: 9 }); // Of one who was slower.
    const upTo12 = LISTINGS.filter((sku, index) => shardOf(sku, 2) === 0 || index <= 2);
    expect(known()).toEqual(upTo12);
    const [first] = told.publications('web', numbers, { limit: 1 });
    expect(first).toMatchObject({ sent: { via: 'kafka', version: 10 }, staleSince: undefined });
  });

  it('forgets what it knew of one division where the topic is divided otherwise', () => {
    readBack({ count: 4, shards: [0], through: 99, at: 10 });
    expect(known()).toEqual(LISTINGS.filter((sku) => shardOf(sku, 4) === 0));
  });
});
