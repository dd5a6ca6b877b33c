import { StoreUnavailable } from '#event-store';
import { until } from '../../kernel/testing/until.ts';
import type { OrderNow } from '../src/index.ts';
import { WebhookScene } from '../testing/webhook-scene.ts';

/** A webhook while the store does not answer: orders are read from it when they are told. */

let scene: WebhookScene;
/** How often the store was asked for an order, and whether it answers. */
let asked: number;
let isDown: boolean;
beforeEach(async () => {
  scene = await WebhookScene.open();
  asked = 0;
  isDown = true;
  await scene.publishing.stop();
  await scene.begin({ orders: { order } });
  await scene.define('web', scene.receiver.webhook);
});
afterEach(() => scene.close());

function order(channel: string, orderId: string): Promise<OrderNow | undefined> {
  asked++;
  if (isDown) return Promise.reject(new StoreUnavailable('not now'));
  return scene.stage.orders.order(channel, orderId);
}

const statuses = (): unknown[] => scene.receiver.received.map(({ data }) => data!.status);

describe('an order that cannot be read now', () => {
  it('goes out as soon as it can be read, also where nothing else changes', async () => {
    await scene.stage.changeOrder('web', '1001', 'open');
    await scene.stage.project();
    await until(() => asked === 1, 'it to be read');
    isDown = false;
    await scene.arrived(1);
    await scene.atRest();

    expect(statuses()).toEqual(['open']);
    expect(scene.report()).toMatchObject({ state: 'ok', failuresInARow: 0 });
  });

  it('goes out once, as it is by then', async () => {
    await scene.stage.changeOrder('web', '1001', 'open');
    await scene.stage.project();
    await until(() => asked === 1, 'it to be read');
    await scene.stage.changeOrder('web', '1001', 'shipped');
    await scene.stage.project();
    isDown = false;
    await scene.arrived(1);
    await scene.atRest();

    expect(statuses()).toEqual(['shipped']);
  });

  it('and was refused before is retried all the same', async () => {
    isDown = false;
    scene.receiver.behave = (_, response) => {
      isDown = true;
      response.writeHead(400).end();
    };
    await scene.stage.changeOrder('web', '1001', 'open');
    await scene.stage.project();
    await until(() => asked === 2, 'it to be read for its next try');
    scene.receiver.behave = (_, response) => response.writeHead(200).end();
    isDown = false;
    await scene.arrived(2);
    await scene.atRest();

    expect(statuses()).toEqual(['open', 'open']);
  });
});
