import { Receiver } from '../testing/receiver.ts';
import { WebhookScene } from '../testing/webhook-scene.ts';

/** Channels divided among processes: each is told by one of them. */

let scene: WebhookScene;
let shop: Receiver;
let ours: string;
beforeEach(async () => {
  scene = await WebhookScene.open();
  shop = await scene.openOther();
  ours = 'web';
  await scene.publishing.stop();
  await scene.begin({ isOurs: (channel) => channel === ours });
  await scene.define('web', scene.receiver.webhook);
  await scene.define('shop', shop.webhook);
});
afterEach(() => scene.close());

const told = (where: Receiver): unknown[] => where.received.map(({ data }) => data!.available);

describe('a channel’s webhook', () => {
  it('is served only by the process whose channel it is', async () => {
    await scene.publish({ MUG: 1 }, 'shop');
    await scene.publish({ MUG: 2 }, 'web');
    await scene.arrived(1);
    await scene.atRest();

    expect(told(shop)).toEqual([]);
    expect(scene.publishing.webhooks.report('shop')).toBeUndefined();
  });

  it('is taken up where it becomes ours, and left where it is another’s', async () => {
    await scene.publish({ MUG: 1 });
    await scene.arrived(1);
    await scene.atRest();
    await scene.publish({ MUG: 2 }, 'shop');
    ours = 'shop';
    scene.publishing.webhooks.divideAnew();
    await scene.arrived(1, shop);
    await scene.publish({ MUG: 3 });
    await scene.publish({ MUG: 4 }, 'shop');
    await scene.arrived(2, shop);

    expect(told(shop)).toEqual([2, 4]);
    expect(told(scene.receiver)).toEqual([1]);
    expect(scene.publishing.webhooks.report('web')).toBeUndefined();
  });

  it('that stays ours goes on without a break', async () => {
    await scene.publish({ MUG: 1 });
    await scene.arrived(1);
    const before = scene.publishing.webhooks.report('web');
    scene.publishing.webhooks.divideAnew();
    await scene.publish({ MUG: 2 });
    await scene.arrived(2);
    await scene.atRest();

    expect(before).toBeDefined();
    expect(told(scene.receiver)).toEqual([1, 2]);
  });
});
