import { Webhook } from 'standardwebhooks';
import { until } from '../../kernel/testing/until.ts';
import { type Receiver, takeIt } from '../testing/receiver.ts';
import { WebhookScene } from '../testing/webhook-scene.ts';

/** A webhook that gets another address: behind it is a receiver that knows nothing yet. */

let scene: WebhookScene;
beforeEach(async () => {
  scene = await WebhookScene.open();
});
afterEach(() => scene.close());

const OTHER_SECRET = 'whsec_AAAA9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const idsOf = ({ received }: Receiver): string[] =>
  received.map(({ headers }) => String(headers['webhook-id']));
const ordersOf = (receiver: Receiver): string[] =>
  receiver.received.flatMap(({ data }) => data?.orderId ?? []);

describe('a webhook that gets another secret', () => {
  it('has the same receiver: it gets nothing twice, but what it refused, and then what changes', async () => {
    await scene.holdClock(); // What was refused waits for its time.
    const other = await scene.openOther(OTHER_SECRET);
    other.behave = ({ data }, response) => response.writeHead(data?.listing === 'BAD' ? 400 : 200).end();
    const { url } = other.webhook;
    await scene.define('web', other.webhook);
    await scene.publish({ MUG: 3, CUP: 4, BAD: 1 });
    await until(() => scene.report().retrying === 1 && scene.report().lastTakenAt !== undefined, 'a refusal');
    await until(() => scene.report().waiting + scene.report().underway === 0, 'all to be tried');
    other.behave = takeIt;
    await scene.define('web', { url, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' });
    await scene.publish({ MUG: 2 });
    await scene.arrived(5, other);
    await scene.atRest();

    const ids = idsOf(other);
    expect(ids).toHaveLength(5);
    expect(new Set(ids).size).toBe(4);
    expect(new Set(ids.slice(0, 3)).size).toBe(3);
  });
});

describe('a webhook that gets another address', () => {
  it('gets every listing once, then what changes; the former address gets nothing more', async () => {
    await scene.define('web', scene.receiver.webhook);
    await scene.publish({ MUG: 3, CUP: 4 });
    await scene.arrived(2);
    const other = await scene.openOther();
    await scene.define('web', other.webhook);
    await scene.receipted(); // What the one before took, stored only now, is not what this one knows.
    await scene.arrived(2, other);
    expect(other.picture).toEqual({ MUG: 3, CUP: 4 });
    await scene.publish({ MUG: 2 });
    await scene.arrived(3, other);
    await scene.atRest();

    expect(other.picture).toEqual({ MUG: 2, CUP: 4 });
    expect(other.received).toHaveLength(3);
    expect(scene.receiver.received).toHaveLength(2);
    // Where both addresses are of one receiver, it can tell that it knows these.
    expect(idsOf(other).slice(0, 2).sort()).toEqual(idsOf(scene.receiver).sort());
  });

  it('gets all of them also where the service ends before the first has arrived', async () => {
    await scene.define('web', scene.receiver.webhook);
    await scene.publish({ MUG: 3, CUP: 4 });
    await scene.arrived(2);
    await scene.atRest();
    const other = await scene.openOther();
    other.behave = (_, response) => response.destroy();
    await scene.define('web', other.webhook);
    await scene.publishing.stop();
    const before = other.received.length;
    other.behave = takeIt;
    await scene.begin();
    await scene.arrived(before + 2, other);
    expect(other.picture).toEqual({ MUG: 3, CUP: 4 });
  });

  it('gets the rest after a restart in the middle, nothing twice that has a receipt, and nothing older', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `S${String(index).padStart(2, '0')}`);
    await scene.define('web', scene.receiver.webhook);
    await scene.publish(Object.fromEntries(names.map((name) => [name, 1])));
    await scene.arrived(20);
    const other = await scene.openOther();
    const isEarly = (name = ''): boolean => name < 'S05';
    other.behave = ({ data }, response) => {
      if (isEarly(data!.listing)) response.end();
    };
    await scene.define('web', other.webhook);
    await until(
      () => scene.report().underway === 8 && other.received.length === 13,
      'five taken, eight held',
    );
    await scene.receipted();
    scene.publishing.kill();
    other.behave = takeIt;
    await scene.publish({ S01: 2, S19: 2 });
    await scene.begin();
    await until(() => other.picture['S19'] === 2 && other.picture['S01'] === 2, 'the newest');
    await scene.atRest();

    expect(Object.keys(other.picture).sort()).toEqual(names);
    const told = other.received.filter(({ data }) => isEarly(data!.listing));
    expect(told).toHaveLength(5 + 1);
    const newest = new Map<string, number>();
    for (const { data } of other.received) {
      expect(data!.version).toBeGreaterThanOrEqual(newest.get(data!.listing!) ?? 0);
      newest.set(data!.listing!, data!.version);
    }
  });

  it('gets the orders that the former address did not take, and none that it took', async () => {
    scene.receiver.behave = ({ data }, response) =>
      response.writeHead(data!.orderId === 'disliked' ? 400 : 200).end();
    await scene.define('web', scene.receiver.webhook);
    await scene.stage.changeOrder('web', 'taken', 'open');
    await scene.stage.changeOrder('web', 'disliked', 'open');
    await scene.stage.changeOrder('web', 'taken too', 'open');
    await scene.stage.project();
    await until(() => new Set(ordersOf(scene.receiver)).size === 3, 'all to be tried');
    await until(() => scene.report().underway === 0, 'the answers');
    await scene.receipted();
    scene.receiver.behave = () => undefined; // From now on it hangs.
    await scene.stage.changeOrder('web', 'unanswered', 'open');
    await scene.stage.project();
    await until(() => ordersOf(scene.receiver).includes('unanswered'), 'it to be tried');
    const other = await scene.openOther();
    await scene.define('web', other.webhook);
    await scene.arrived(2, other);
    await scene.atRest();

    expect(ordersOf(other).sort()).toEqual(['disliked', 'unanswered']);
  });

  it('is well, though the former address was failing', async () => {
    scene.receiver.behave = (_, response) => response.writeHead(500).end();
    await scene.define('web', scene.receiver.webhook);
    await scene.publish(Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`S${index}`, 1])));
    await until(() => scene.report().state === 'failing', 'the webhook to be failing');
    await scene.receipted();
    const held = (await scene.openOther()).webhook;
    await scene.define('web', { ...held, url: held.url.replace('/hook', '/other') });
    expect(scene.report().state).toBe('ok');
    await scene.atRest();
  });

  it('has in the ledger only what the new address was sent', async () => {
    await scene.define('web', scene.receiver.webhook);
    await scene.publish({ MUG: 3 });
    await scene.arrived(1);
    await scene.atRest();
    await scene.receipted();
    const ledger = () => scene.publishing.told.publications('web', scene.stage.numbers, { limit: 9 })[0]!;
    expect(ledger().staleSince).toBeUndefined();

    const other = await scene.openOther();
    const held = other.hold();
    await scene.define('web', other.webhook);
    expect(ledger()).toMatchObject({ acknowledged: undefined, staleSince: expect.any(Number) });
    await scene.arrived(1, other);
    held[0]!.end();
    await scene.atRest();
    await scene.receipted();
    expect(ledger()).toMatchObject({ acknowledged: { version: ledger().desired.version } });
    expect(ledger().staleSince).toBeUndefined();
  });
});

it('a webhook that gets another secret signs what comes with it, and sends nothing again', async () => {
  await scene.define('web', scene.receiver.webhook);
  await scene.publish({ MUG: 3 });
  await scene.arrived(1);
  await scene.atRest();
  await scene.receipted();
  await scene.define('web', { ...scene.receiver.webhook, secret: OTHER_SECRET });
  await scene.publish({ CUP: 4 });
  await scene.arrived(2);
  await scene.atRest();

  const { received } = scene.receiver;
  expect(received.map(({ body }) => JSON.parse(body).data.listing)).toEqual(['MUG', 'CUP']);
  const { body, headers } = received[1]!;
  expect(new Webhook(OTHER_SECRET).verify(body, headers)).toEqual(JSON.parse(body));
});
