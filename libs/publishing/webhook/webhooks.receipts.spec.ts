import { UNIT } from '#kernel';
import { until } from '../../kernel/testing/until.ts';
import { type Receiver, takeIt } from '../testing/receiver.ts';
import { WebhookScene } from '../testing/webhook-scene.ts';

let scene: WebhookScene;
beforeEach(async () => {
  scene = await WebhookScene.open();
});
afterEach(() => scene.close());

describe('a webhook after a restart', () => {
  it('goes on after what was taken', async () => {
    await scene.define('web', scene.receiver.webhook);
    await scene.publish({ MUG: 1, CUP: 1 });
    await scene.arrived(2);
    await scene.atRest();
    await scene.publishing.stop();
    await scene.publish({ MUG: 2 });
    await scene.begin();
    await scene.arrived(3);
    await scene.publish({ CUP: 2 });
    await scene.arrived(4);

    expect(scene.receiver.received.map(({ data }) => `${data!.listing}=${data!.available}`).slice(2)).toEqual(
      ['MUG=2', 'CUP=2'],
    );
  });

  it('gets again what it did not take, and nothing else', async () => {
    scene.receiver.behave = ({ data }, response) =>
      response.writeHead(data!.listing === 'BAD' ? 400 : 200).end();
    await scene.define('web', scene.receiver.webhook);
    await scene.publish({ BAD: 1, CUP: 1 });
    await scene.stage.changeOrder('web', '1001', 'open');
    await scene.publish({ MUG: 1 });
    await until(() => new Set(Object.keys(scene.receiver.picture)).size === 4, 'all to be tried');
    await until(() => scene.report().underway === 0, 'the answers');
    await scene.publishing.stop();
    const before = scene.receiver.received.length;
    scene.receiver.behave = (_, response) => response.end();
    await scene.begin();
    await scene.arrived(before + 1);
    await scene.atRest();

    expect(scene.receiver.received.slice(before).map(({ data }) => data!.listing)).toEqual(['BAD']);
    await scene.publishing.stop();
    await scene.begin();
    await scene.publish({ PEN: 1 });
    await scene.arrived(before + 2);
    await scene.atRest();
    expect(scene.receiver.received.slice(before + 1).map(({ data }) => data!.listing)).toEqual(['PEN']);
    const id = (index: number): string => scene.receiver.received[index]!.headers['webhook-id']!;
    expect(scene.receiver.received.slice(0, before).map((_, index) => id(index))).toContain(id(before));
  });

  it('gets what a stop had not begun: a service that stops lets what is underway end, and starts no more', async () => {
    const held = scene.receiver.hold();
    await scene.define('web', scene.receiver.webhook);
    await scene.publish(Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`S${index}`, 1])));
    await until(() => held.length === 8, 'eight underway');
    const stopped = scene.publishing.stop();
    for (const each of held) each.end();
    await stopped;
    expect(scene.receiver.received).toHaveLength(8);

    scene.receiver.behave = takeIt;
    await scene.begin();
    await scene.arrived(12);
    await scene.atRest();
    expect(scene.receiver.received).toHaveLength(12);
    expect(Object.keys(scene.receiver.picture)).toHaveLength(12);
  });

  it('is still failing if it was, and well with the first message that it takes', async () => {
    const down: Receiver['behave'] = (_, response) => response.writeHead(500).end();
    scene.receiver.behave = down;
    await scene.define('web', scene.receiver.webhook);
    const names = Array.from({ length: 30 }, (_, index) => `S${index}`);
    await scene.publish(Object.fromEntries(names.map((name) => [name, 1])));
    await until(() => scene.report().state === 'failing', 'the webhook to be failing');
    await scene.publishing.stop();
    const tried = new Set(Object.keys(scene.receiver.picture));
    const before = scene.receiver.received.length;
    await scene.begin();
    expect(scene.report()).toMatchObject({ state: 'failing', failingSince: expect.any(Number) });
    await scene.arrived(before + 10);
    expect(new Set(Object.keys(scene.receiver.picture))).toEqual(tried); // Probes only, nothing new.

    scene.receiver.behave = takeIt;
    await until(() => scene.report().state === 'ok', 'the webhook to be well');
    await scene.atRest();
    expect(Object.keys(scene.receiver.picture).sort()).toEqual(names.sort());
    expect(scene.report()).not.toHaveProperty('failingSince');
    await scene.publishing.stop();
    await scene.begin();
    expect(scene.report().state).toBe('ok');
  });

  it('that was failing is probed with a new message where none is left to retry', async () => {
    await scene.define('web', scene.receiver.webhook);
    const webhook = scene.publishing.told.resume('web')!.name;
    const failing = { channel: 'web', webhook, since: 1, code: 'HTTP_500' };
    await scene.stage.append('publication-web:before', 'WebhookFailing', failing);
    await scene.publishing.stop();
    await scene.begin();
    expect(scene.report().state).toBe('failing');
    await scene.publish({ MUG: 1, CUP: 2 });
    await scene.arrived(2);
    await scene.atRest();
    expect(scene.report().state).toBe('ok');
  });

  it('gets again, under the same ids, what had no receipt, and misses nothing', async () => {
    await scene.define('web', scene.receiver.webhook);
    await scene.publish({ MUG: 1, CUP: 1 });
    await scene.arrived(2);
    scene.publishing.kill();
    await scene.publish({ PEN: 1 });
    await scene.begin();
    await scene.arrived(5);

    const ids = scene.receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids.slice(2).sort()).toEqual(expect.arrayContaining(ids.slice(0, 2)));
    expect(scene.receiver.picture).toEqual({ MUG: 1, CUP: 1, PEN: 1 });
  });
});

describe('the ledger of what was told', () => {
  it('holds what each listing should say, what went out, and what was taken', async () => {
    scene.receiver.behave = ({ data }, response) =>
      response.writeHead(data!.listing === 'BAD' ? 400 : 200).end();
    await scene.define('web', scene.receiver.webhook);
    const version = await scene.publish({ BAD: 1, CUP: 1 });
    await scene.arrived(3);
    await until(() => scene.report().lastTakenAt !== undefined, 'CUP to be taken');
    await scene.receipted();
    const stale = await scene.publish({ NEW: 5 });

    const [bad, cup, fresh] = scene.publishing.told.publications('web', scene.stage.numbers, { limit: 10 });
    expect(bad).toMatchObject({
      desired: { listing: 'BAD', sku: 'BAD', available: UNIT, version },
      sent: { version, at: expect.any(Number), via: 'webhook' },
      refused: { version, at: expect.any(Number), code: 'HTTP_400' },
      staleSince: expect.any(Number),
    });
    expect(bad!.acknowledged).toBeUndefined();
    expect(cup).toMatchObject({
      desired: { listing: 'CUP' },
      acknowledged: { version, at: expect.any(Number) },
    });
    expect(cup!.refused).toBeUndefined();
    expect(cup!.staleSince).toBeUndefined();
    expect(fresh).toMatchObject({
      desired: { listing: 'NEW', version: stale },
      staleSince: expect.any(Number),
    });
    expect(
      scene.publishing.told.publications('web', scene.stage.numbers, { after: 'BAD', limit: 1 }),
    ).toHaveLength(1);
  });

  it('keeps what a webhook was sent before it was removed; one that comes back gets all again', async () => {
    await scene.define('web', scene.receiver.webhook);
    await scene.publish({ MUG: 1 });
    await scene.arrived(1);
    await scene.atRest();
    await scene.define('web');
    await scene.receipted();
    const [mug] = scene.publishing.told.publications('web', scene.stage.numbers, { limit: 1 });
    expect(mug).toMatchObject({ sent: { via: 'webhook' } });

    await scene.define('web', scene.receiver.webhook);
    await scene.arrived(2);
    await scene.atRest();
    expect(scene.receiver.received.map(({ data }) => data!.listing)).toEqual(['MUG', 'MUG']);
  });

  it('knows what a feed was handed', async () => {
    await scene.define('web');
    const version = await scene.publish({ MUG: 1 });
    scene.publishing.receipts.handedOut('web', { from: 0, through: version });
    await scene.receipted();
    const later = await scene.publish({ CUP: 1 });

    const [cup, mug] = scene.publishing.told.publications('web', scene.stage.numbers, { limit: 10 });
    expect(mug).toMatchObject({ desired: { version }, sent: { version, via: 'feed' } });
    expect(mug!.staleSince).toBeUndefined();
    expect(cup).toMatchObject({ desired: { version: later }, staleSince: expect.any(Number) });
    expect(cup!.sent).toBeUndefined();
  });

  it('does not know of numbers from before a feed began: it was not handed them', async () => {
    await scene.define('web');
    await scene.publish({ OLD: 1 });
    const began = scene.stage.position;
    const version = await scene.publish({ MUG: 1 });
    scene.publishing.receipts.handedOut('web', { from: began, through: version });
    await scene.receipted();

    const [mug, old] = scene.publishing.told.publications('web', scene.stage.numbers, { limit: 10 });
    expect(mug).toMatchObject({ sent: { version, via: 'feed' }, staleSince: undefined });
    expect(old).toMatchObject({ sent: undefined, staleSince: expect.any(Number) });
  });
});
