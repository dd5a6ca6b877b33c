import { until } from '../../kernel/testing/until.ts';
import { openCatalog, type OpenedCatalog } from '../testing/opened-catalog.ts';
import { PolicyClock } from './policy-clock.ts';

let opened: OpenedCatalog;
let clock: PolicyClock;

beforeEach(async () => {
  opened = await openCatalog();
  clock = new PolicyClock(opened);
});
afterEach(() => opened.close());

describe('the policy clock', () => {
  it('stores that the time of a policy has come, once, when it has', async () => {
    const { book, desk, store } = opened;
    const effectiveAt = opened.clock.at + 1_000;
    const put = await desk.putPolicy({ scope: 'global', fields: { buffer: 5 }, effectiveAt });
    await opened.catchUp();
    expect(book.pendingPolicies()).toHaveLength(1);
    expect(await clock.look()).toBe(0);
    expect(book.policyOf('global')).toBeUndefined();

    opened.clock.at = effectiveAt;
    expect(await clock.look()).toBe(1);
    expect(await clock.look()).toBe(0);
    expect(await new PolicyClock(opened).look()).toBe(1); // Another process: its append loses the race.
    await opened.catchUp();
    const events = await store.readStream('policy-global');
    expect(events.map(({ type }) => type)).toEqual(['PolicyDefined', 'PolicyTookEffect']);
    expect(book.policyOf('global')).toMatchObject({ fields: { buffer: 5 }, position: events[1]?.position });
    expect(book.pendingPolicies()).toEqual([]);
    expect(book.entry('policy', 'global')).toMatchObject({
      position: (put as { position: number }).position,
      revision: 1,
    });
    expect(await desk.putPolicy({ scope: 'global', fields: { buffer: 5 }, effectiveAt })).toMatchObject({
      outcome: 'unchanged',
    });
    expect(await desk.putPolicy({ scope: 'global', fields: { buffer: 6 } })).toMatchObject({
      outcome: 'replaced',
    });
  });

  it('ignores a policy that was replaced meanwhile', async () => {
    const { book, desk } = opened;
    await desk.putPolicy({ scope: 'global', fields: { buffer: 5 }, effectiveAt: opened.clock.at + 1_000 });
    await opened.catchUp();
    await desk.putPolicy({ scope: 'global', fields: { buffer: 6 } });
    opened.clock.at += 2_000;
    await clock.look(); // The book does not have the second PUT yet, but the append at an exact revision fails.
    await opened.catchUp();
    expect(book.policyOf('global')?.fields).toEqual({ buffer: 6 });
    expect(await clock.look()).toBe(0);
  });

  it('runs by itself until it is told to stop', async () => {
    const { desk, store } = opened;
    const effectiveAt = opened.clock.at + 1_000;
    await desk.putPolicy({ scope: 'global', fields: { buffer: 5 }, effectiveAt });
    await opened.catchUp();
    const stop = new AbortController();
    const running = clock.run(stop.signal);
    expect(await store.head()).toBe(1);
    opened.clock.at = effectiveAt;
    await until(async () => (await store.head()) === 2);
    stop.abort();
    await running;
  });
});
