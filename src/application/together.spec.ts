import type { Arrival } from '#inventory';
import type { Outcome } from '#journal';
import { Together } from './together.ts';

const arrival = (id: string): Arrival => ({
  rejection: { code: 'X', detail: 'x' },
  raw: Buffer.from(id),
  id,
});
const told: { by: string | undefined; ids: (string | undefined)[] }[] = [];
const together = new Together((arrivals, by) => {
  const ids = arrivals.map((each) => ('id' in each ? each.id : undefined));
  told.push({ by: by.identity, ids });
  if (ids.includes('broken')) return Promise.reject(new Error('the store is full'));
  return Promise.resolve(
    ids.map((id, position): Outcome => ({ outcome: 'rejected', id: id!, position, recordedAt: 0 })),
  );
});
const tell = async (identity: string | undefined, ...ids: string[]): Promise<(string | undefined)[]> => {
  const by = identity === undefined ? { door: 'http' } : { door: 'http', identity };
  return (await together.tell(ids.map(arrival), by)).map(({ id }) => id);
};
beforeEach(() => told.splice(0));

describe('requests of one turn', () => {
  it('are told in one call, and each gets its own answers', async () => {
    const answers = await Promise.all([tell('web', 'a'), tell('web', 'b', 'c'), tell('web', 'd')]);
    expect(answers).toEqual([['a'], ['b', 'c'], ['d']]);
    expect(told).toEqual([{ by: 'web', ids: ['a', 'b', 'c', 'd'] }]);
  });

  it('of different tellers stay apart', async () => {
    await Promise.all([tell('web', 'a'), tell('pos', 'b'), tell(undefined, 'c')]);
    expect(told.map(({ by }) => by)).toEqual(['web', 'pos', undefined]);
  });

  it('fail together', async () => {
    const both = await Promise.allSettled([tell('web', 'a'), tell('web', 'broken')]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('are told apart where one alone is many', async () => {
    const many = Array.from({ length: 100 }, (_, i) => `m-${i}`);
    const answers = await Promise.all([tell('web', 'a'), tell('web', ...many)]);
    expect(answers[1]).toEqual(many);
    expect(told).toHaveLength(2);
  });
});

it('the next turn is another call', async () => {
  await tell('web', 'a');
  await tell('web', 'b');
  expect(told).toHaveLength(2);
});
