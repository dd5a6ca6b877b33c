import { isRejection } from '#inventory';
import { aChannel, aSource, openCatalog, type OpenedCatalog } from '../testing/opened-catalog.ts';
import { KeyDesk, type KeyOwner } from './key-desk.ts';

let opened: OpenedCatalog;
let keys: KeyDesk;

beforeEach(async () => {
  opened = await openCatalog();
  keys = new KeyDesk(opened.store, opened.book);
  await opened.desk.putChannel(aChannel('web'));
  await opened.desk.putSource(aSource('wms'));
  await opened.catchUp();
});
afterEach(() => opened.close());

async function create(owner: KeyOwner): Promise<{ id: string; key: string }> {
  const created = await keys.create(owner);
  if (isRejection(created)) throw new Error(created.code);
  return created;
}

describe('a key', () => {
  it.each<[KeyOwner, object]>([
    [{ channel: 'web' }, { kind: 'channel', name: 'web' }],
    [{ source: 'wms' }, { kind: 'source', name: 'wms' }],
    [{ role: 'analyst' }, { kind: 'analyst' }],
    [{ role: 'admin' }, { kind: 'admin' }],
  ])('of %j opens as it, at once and after a restart', async (owner, identity) => {
    const { id, key } = await create(owner);
    expect(key).toMatch(/^oh_[A-Za-z0-9_-]{60}$/);
    expect(keys.authenticate(key)).toEqual({ id, ...identity });
    await opened.catchUp();
    expect(new KeyDesk(opened.store, opened.book).authenticate(key)).toEqual({ id, ...identity });
  });

  it('is only for a channel or source that exists', async () => {
    expect(await keys.create({ channel: 'gone' })).toMatchObject({
      code: 'CHANNEL_UNKNOWN',
      pointer: '/channel',
    });
    expect(await keys.create({ source: 'web' })).toMatchObject({
      code: 'SOURCE_UNKNOWN',
      pointer: '/source',
    });
  });

  it('opens only if it is whole and unchanged', async () => {
    const { key } = await create({ role: 'admin' });
    const other = await create({ role: 'admin' });
    const wrong = [
      '',
      'oh_',
      key.slice(0, -1),
      `${key}A`,
      key.slice(0, -2) + (key.endsWith('AA') ? 'BB' : 'AA'),
      key.slice(0, 20) + other.key.slice(20),
      key.toUpperCase(),
      `oh_0123456789abcdef_${key.slice(20)}`,
    ];
    expect(wrong.map((tried) => keys.authenticate(tried))).toEqual(wrong.map(() => undefined));
  });

  it('cannot be read anywhere', async () => {
    const { id, key } = await create({ role: 'admin' });
    await opened.catchUp();
    const secret = key.slice(20);
    const { events } = await opened.store.readAll({ after: 0 });
    expect(JSON.stringify(events)).not.toContain(secret);
    expect(keys.list({ limit: 9 })).toEqual([
      { id, kind: 'admin', createdAt: opened.clock.at, position: 3, revision: 0 },
    ]);
  });

  it('that was revoked opens nothing, from that moment on and for ever', async () => {
    const { id, key } = await create({ channel: 'web' });
    const createdAt = opened.clock.at;
    opened.clock.at += 1_000;
    expect(await keys.revoke(id)).toEqual({ id });
    expect(keys.authenticate(key)).toBeUndefined();
    expect(await keys.revoke(id)).toEqual({ id });
    await opened.catchUp();
    const restarted = new KeyDesk(opened.store, opened.book);
    expect(restarted.authenticate(key)).toBeUndefined();
    expect(await restarted.revoke(id)).toEqual({ id });
    expect(await opened.store.readStream(`key-${id}`)).toHaveLength(2);
    expect(keys.list({ limit: 9 })).toEqual([
      {
        id,
        kind: 'channel',
        name: 'web',
        createdAt,
        revokedAt: opened.clock.at,
        position: 4,
        revision: 1,
      },
    ]);
    expect(await keys.revoke('gone')).toMatchObject({ code: 'KEY_UNKNOWN' });
  });

  it('opens or stays shut as before, whatever is done to others meanwhile', async () => {
    const [lost, kept] = [await create({ role: 'admin' }), await create({ role: 'analyst' })];
    await keys.revoke(lost.id);
    for (let round = 0; round < 3; round++) {
      if (round === 1) await opened.catchUp(); // Before, and after the book has them.
      await keys.revoke((await create({ role: 'admin' })).id);
      expect(keys.authenticate(lost.key)).toBeUndefined();
      expect(keys.authenticate(kept.key)).toEqual({ id: kept.id, kind: 'analyst' });
    }
  });
});
