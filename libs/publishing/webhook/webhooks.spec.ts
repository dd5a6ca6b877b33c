import { setImmediate as turn } from 'node:timers/promises';
import { QUICK } from '../testing/publishing.ts';
import { until } from '../../kernel/testing/until.ts';
import { Receiver, takeIt } from '../testing/receiver.ts';
import { WebhookScene } from '../testing/webhook-scene.ts';
import { FAILURES_UNTIL_FAILING } from './health.ts';

let scene: WebhookScene;
beforeEach(async () => {
  scene = await WebhookScene.open();
});
afterEach(() => scene.close());

describe('a webhook', () => {
  it('gets each change as a signed structured CloudEvent', async () => {
    await scene.define('web', scene.receiver.webhook);
    const version = await scene.publish({ MUG: 3 });
    await scene.arrived(1);

    const { headers, body, data } = scene.receiver.received[0]!;
    expect(data).toMatchObject({ channel: 'web', listing: 'MUG', sku: 'MUG', available: 3, version });
    expect(headers['content-type']).toMatch(/^application\/cloudevents\+json/);
    expect(JSON.parse(body)).toEqual({
      specversion: '1.0',
      id: headers['webhook-id'],
      source: 'onhand',
      type: 'onhand.availability.changed.v1',
      subject: 'web:MUG',
      time: expect.stringMatching(/Z$/),
      datacontenttype: 'application/json',
      data,
    });
  });

  it('gets orders too', async () => {
    await scene.define('web', scene.receiver.webhook);
    const version = await scene.stage.changeOrder('web', 'ä:1', 'shipped');
    await scene.stage.project();
    await scene.arrived(1);

    expect(JSON.parse(scene.receiver.received[0]!.body)).toMatchObject({
      type: 'onhand.order.updated.v1',
      subject: 'web:ä:1',
      data: { orderId: 'ä:1', channel: 'web', status: 'shipped', version },
    });
  });

  it('gets every number once when it is set up, then what changes; orders from then on', async () => {
    await scene.define('web');
    await scene.publish({ OLD: 1, MOVED: 1 });
    await scene.stage.changeOrder('web', 'old', 'open');
    await scene.define('web', scene.receiver.webhook);
    await scene.publish({ MOVED: 2 });
    await scene.stage.changeOrder('web', 'new', 'open');
    await scene.stage.project();
    const orders = (): string[] => scene.receiver.received.flatMap(({ data }) => data?.orderId ?? []);
    await until(() => orders().includes('new'), 'the new order');
    await scene.atRest();

    expect(scene.receiver.picture).toMatchObject({ OLD: 1, MOVED: 2 });
    expect(orders()).toEqual(['new']);
  });

  it('gets every number again after it was removed, and not after a restart', async () => {
    await scene.define('web', scene.receiver.webhook);
    await scene.publish({ MUG: 3, CUP: 4 });
    await scene.arrived(2);
    await scene.atRest();
    await scene.receipted();
    await scene.publishing.stop();
    await scene.begin();
    await scene.atRest();
    expect(scene.receiver.received).toHaveLength(2);

    const other = await scene.openOther();
    await scene.define('web');
    await scene.define('web', other.webhook);
    await scene.arrived(2, other);
    expect(other.picture).toEqual({ MUG: 3, CUP: 4 });
  });

  it('is tried again with growing pauses, under the same id, signed anew', async () => {
    const clock = await scene.holdClock({ random: () => 0 });
    scene.receiver.behave = (_, response) =>
      response.writeHead(scene.receiver.received.length < 4 ? 503 : 204).end();
    await scene.define('web', scene.receiver.webhook);
    await scene.publish({ MUG: 3 });
    const pauses: number[] = [];
    for (let failures = 1; failures <= 3; failures++) {
      await until(() => scene.report().failuresInARow === failures, `${failures} failures`);
      const { nextTryAt } = scene.report();
      pauses.push(nextTryAt! - clock.at);
      clock.at = nextTryAt! - 1;
      await scene.timersPassed();
      expect(scene.receiver.received).toHaveLength(failures);
      clock.at += 1_000; // Another second: another time in the signature.
    }
    await until(() => scene.report().state === 'ok', 'the webhook to be well');

    const { received, picture } = scene.receiver;
    const headers = (name: string): (string | undefined)[] => received.map((each) => each.headers[name]);
    expect(pauses).toEqual([1, 2, 4].map((times) => (times * QUICK.firstMsMax) / 2));
    expect(received).toHaveLength(4);
    expect(new Set(headers('webhook-id')).size).toBe(1);
    expect(new Set(headers('webhook-timestamp')).size).toBe(4);
    expect(picture).toEqual({ MUG: 3 });
  });

  it('waits no longer for its next try where the clock is set back meanwhile', async () => {
    const clock = await scene.holdClock();
    scene.receiver.behave = (_, response) =>
      response.writeHead(scene.receiver.received.length < 2 ? 503 : 204).end();
    await scene.define('web', scene.receiver.webhook);
    await scene.publish({ MUG: 3 });
    await until(() => scene.report().retrying === 1, 'the first try to fail');
    clock.at -= 3_600_000;
    await scene.timersPassed();
    expect(scene.report().nextTryAt! - clock.at).toBeLessThanOrEqual(QUICK.msMax);
    clock.at += QUICK.msMax;
    await scene.arrived(2);
    await scene.atRest();
  });

  it('is given the time it asks for, where that is more', async () => {
    const clock = await scene.holdClock();
    scene.receiver.behave = (_, response) => response.writeHead(503, { 'retry-after': '100' }).end();
    await scene.define('web', scene.receiver.webhook);
    await scene.publish({ MUG: 3 });
    await until(() => scene.report().retrying === 1, 'the first try to fail');
    expect(scene.report().nextTryAt).toBe(clock.at + 100_000);
  });

  it('gets only the newest number, where that changed while it waited for its next try', async () => {
    const clock = await scene.holdClock();
    scene.receiver.behave = (_, response) =>
      response.writeHead(scene.receiver.received.length < 2 ? 500 : 200).end();
    await scene.define('web', scene.receiver.webhook);
    await scene.publish({ MUG: 3 });
    await until(() => scene.report().retrying === 1, 'the first try to fail');
    await scene.publish({ MUG: 2 });
    const version = await scene.publish({ MUG: 1 });
    await turn(); // What was published is read by now.
    clock.at += QUICK.msMax;
    await scene.arrived(2);
    await scene.atRest();

    expect(scene.receiver.received.map(({ data }) => data!.available)).toEqual([3, 1]);
    expect(scene.receiver.received[1]!.data!.version).toBe(version);
  });

  it('gets only the newest number, where that changed while a try was underway', async () => {
    const held = scene.receiver.hold();
    await scene.define('web', scene.receiver.webhook);
    await scene.publish({ MUG: 3 });
    await scene.arrived(1);
    await scene.publish({ MUG: 2 });
    const version = await scene.publish({ MUG: 1 });
    await turn(); // What was published is read by now.
    scene.receiver.behave = takeIt;
    held[0]!.writeHead(500).end();
    await scene.arrived(2);
    await scene.atRest();

    expect(scene.receiver.received.map(({ data }) => data!.available)).toEqual([3, 1]);
    expect(scene.receiver.received[1]!.data!.version).toBe(version);
  });

  it('never gets an older number after a newer one, though many are underway', async () => {
    // Later ones are answered earlier, time and again.
    scene.receiver.behave = ({ data }, response) =>
      void setTimeout(() => response.end(), 10 - (data!.available! % 10));
    await scene.define('web', scene.receiver.webhook);
    for (let round = 1; round <= 60; round++) {
      await scene.publish(Object.fromEntries([1, 2, 3, 4, 5].map((name) => [`S${name}`, round * 10 + name])));
    }
    await until(
      () => Object.values(scene.receiver.picture).filter((last) => Number(last) > 600).length === 5,
      'the newest',
    );

    const versions = new Map<string, number>();
    for (const { data } of scene.receiver.received) {
      expect(data!.version).toBeGreaterThan(versions.get(data!.listing!) ?? 0);
      versions.set(data!.listing!, data!.version);
    }
  });

  it('takes a secret without the prefix', async () => {
    await scene.receiver.close();
    scene.receiver = await Receiver.open({ secret: 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' });
    await scene.define('web', scene.receiver.webhook);
    await scene.publish({ MUG: 1 });
    await scene.arrived(1);
    expect(scene.receiver.picture).toEqual({ MUG: 1 });
  });
});

describe('a message that a receiver refuses', () => {
  it('does not hold up the others', async () => {
    scene.receiver.behave = ({ data }, response) =>
      response.writeHead(data!.listing === 'BAD' ? 400 : 200).end();
    await scene.define('web', scene.receiver.webhook);
    for (let index = 0; index < 30; index++) await scene.publish({ [`S${index}`]: 1, BAD: index });

    await until(() => Object.keys(scene.receiver.picture).length === 31, 'all listings');
    // What was on its way when the last listing arrived is refused a moment later.
    await until(() => scene.report().retrying === 1, 'the one that waits for its next try');
    expect(scene.report()).toMatchObject({ state: 'ok', lastFailure: { code: 'HTTP_400' } });
  });
});

describe('a receiver in trouble', () => {
  it('is probed with what already failed, gets nothing new, and everything once it is back', async () => {
    const clock = await scene.holdClock();
    let isDown = true;
    scene.receiver.behave = (_, response) => response.writeHead(isDown ? 500 : 200).end();
    await scene.define('web', scene.receiver.webhook);
    await scene.publish(Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`S${index}`, 1])));
    await until(() => scene.report().state === 'failing', 'the webhook to be failing');
    const { received } = scene.receiver;
    const answered = (): Promise<void> => until(() => scene.report().underway === 0, 'all to be answered');
    for (let before = 0; before < 30;) {
      await answered();
      before = received.length;
      clock.at += QUICK.msMax;
      await scene.arrived(before + 1);
    }
    await answered(); // Else it would be told of trouble that is over.
    const tried = new Set(received.map(({ data }) => data!.listing));
    expect(tried.size).toBeLessThan(FAILURES_UNTIL_FAILING + 8);

    isDown = false;
    clock.at += QUICK.msMax;
    await until(() => scene.report().state === 'ok', 'the webhook to be well');
    await until(() => Object.keys(scene.receiver.picture).length === 100, 'all listings');
    await scene.receipted();
    expect(await states()).toEqual(['WebhookFailing', 'WebhookRecovered']);
  });

  async function states(): Promise<string[]> {
    const page = await scene.stage.store.readAll({ after: 0, categories: ['publication'] });
    return page.events.map(({ type }) => type).filter((type) => type.startsWith('Webhook'));
  }

  it.each<[string, Parameters<typeof setBehaviour>[0], string]>([
    [
      'redirects',
      (response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
      'HTTP_302',
    ],
    ['closes early', (response) => response.destroy(), 'UND_ERR_SOCKET'],
    ['answers nonsense', (response) => response.socket!.end('no http\r\n\r\n'), 'HTTPParserError'],
    ['is too busy', (response) => response.writeHead(429).end(), 'HTTP_429'],
  ])('that %s is tried again', async (_, misbehave, code) => {
    setBehaviour(misbehave);
    await scene.define('web', scene.receiver.webhook);
    await scene.publish({ MUG: 1 });
    await scene.arrived(2);
    expect(scene.report().lastFailure).toMatchObject({ code });
  });

  function setBehaviour(misbehave: (response: Parameters<Receiver['behave']>[1]) => void): void {
    scene.receiver.behave = (_, response) => misbehave(response);
  }

  it('that sends a body without end is cut off, and has taken the message', async () => {
    let written = 0;
    scene.receiver.behave = (_, response) => {
      response.writeHead(200);
      const flood = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384))) written += 16_384;
      };
      response.on('drain', flood);
      flood();
    };
    await scene.define('web', scene.receiver.webhook);
    await scene.publish({ MUG: 1 });
    await until(() => scene.report().lastTakenAt !== undefined, 'the message to be taken');
    expect(written).toBeLessThan(16 * 1024 * 1024);
    expect(scene.receiver.received).toHaveLength(1);
  });

  it('that is not there does not hold up the others', async () => {
    const other = await scene.openOther();
    const { secret } = scene.receiver;
    await scene.define('web', { url: 'http://127.0.0.1:1/', secret }); // A port that nobody may have.
    await scene.define('shop', other.webhook);
    for (let index = 0; index < 20; index++) {
      await scene.publish({ [`S${index}`]: 1 });
      await scene.publish({ [`S${index}`]: 1 }, 'shop');
    }
    await scene.arrived(20, other);
    await until(() => scene.report().state === 'failing', 'the webhook to be failing');
    expect(scene.report()).toMatchObject({ lastFailure: { code: 'ECONNREFUSED' } });
  });

  it('that hangs does not hold up the others, and has only a few messages underway', async () => {
    const other = await scene.openOther();
    const held = scene.receiver.hold();
    await scene.define('web', scene.receiver.webhook);
    await scene.define('shop', other.webhook);
    await scene.publish(Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`S${index}`, 1])));
    await scene.arrived(8);
    for (let index = 0; index < 20; index++) {
      await scene.publish({ [`S${index}`]: 1 }, 'shop');
      await scene.arrived(index + 1, other);
    }
    expect(scene.report()).toMatchObject({ underway: 8, failuresInARow: 0 });
    expect(held).toHaveLength(8);
    scene.receiver.behave = takeIt;
    for (const response of held) response.end();
    await scene.arrived(50);
  });
});

describe('a change of a channel’s set-up', () => {
  it('counts at once: another URL gets what comes, and what waited', async () => {
    const clock = await scene.holdClock();
    scene.receiver.behave = (_, response) => response.writeHead(500).end();
    await scene.define('web', scene.receiver.webhook);
    await scene.publish({ MUG: 1 });
    await until(() => scene.report().retrying === 1, 'the first try to fail');
    const other = await scene.openOther('whsec_AAAA9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    await scene.define('web', other.webhook);
    await scene.publish({ CUP: 2 });
    await scene.arrived(2, other);

    expect(other.picture).toEqual({ MUG: 1, CUP: 2 });
    clock.at += QUICK.msMax;
    await scene.timersPassed();
    expect(scene.receiver.received).toHaveLength(1);
  });

  it('that removes the webhook ends it at once', async () => {
    await scene.define('web', scene.receiver.webhook);
    await scene.publish({ MUG: 1 });
    await scene.arrived(1);
    await scene.define('web');
    await scene.publish({ MUG: 2 });
    await scene.timersPassed();

    expect(scene.receiver.received).toHaveLength(1);
    expect(scene.publishing.webhooks.report('web')).toBeUndefined();
  });

  it('that changes nothing of the webhook leaves it alone', async () => {
    await scene.define('web', scene.receiver.webhook);
    await scene.publish({ MUG: 1 });
    await scene.arrived(1);
    await scene.define('web', scene.receiver.webhook);
    await scene.publish({ MUG: 2 });
    await scene.arrived(2);
    expect(scene.receiver.received.map(({ data }) => data!.available)).toEqual([1, 2]);
  });
});

describe('where private addresses are not allowed', () => {
  it.each([
    ['plain http', (port: number) => `http://127.0.0.1:${port}/`, 'WEBHOOK_URL_FORBIDDEN'],
    ['a name that resolves to this machine', () => 'https://rebound.example/', 'URL_NOT_ALLOWED'],
  ])('%s gets nothing, whatever was set up before', async (_, urlOf, code) => {
    await scene.publishing.stop();
    await scene.begin({
      allowPrivate: false,
      lookup: (_host, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    });
    await scene.define('web', { url: urlOf(scene.receiver.port), secret: 'x' });
    await scene.publish({ MUG: 1 });
    await until(() => scene.report().state === 'degraded', 'the try to fail');

    expect(scene.report().lastFailure).toMatchObject({ code });
    expect(scene.receiver.received).toHaveLength(0);
  });

  it('a name that resolves to public and private addresses is refused', async () => {
    await scene.publishing.stop();
    const found = [
      { address: '93.184.216.34', family: 4 },
      { address: '::ffff:10.0.0.1', family: 6 },
    ];
    await scene.begin({
      allowPrivate: false,
      lookup: (_host, _options, done) => done(null, found),
    });
    await scene.define('web', { url: 'https://mixed.example/', secret: 'x' });
    await scene.publish({ MUG: 1 });
    await until(() => scene.report().state === 'degraded', 'the try to fail');
    expect(scene.report().lastFailure).toMatchObject({ code: 'URL_NOT_ALLOWED' });
  });
});
