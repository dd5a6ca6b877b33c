import type { Journal } from '#journal';
import type { OrderSource } from '#publishing';
import { shownOrder } from './http/wire/order-wire.ts';

/** Orders for feeds and webhooks: the same object that `GET …/orders/{orderId}` answers. */
export const shownOrderOf =
  (journal: Journal): OrderSource['order'] =>
  async (channel, orderId) => {
    const order = await journal.order(channel, orderId);
    if (order === undefined) return undefined;
    const { position, recordedAt } = order;
    return { body: shownOrder(order), position, recordedAt };
  };
