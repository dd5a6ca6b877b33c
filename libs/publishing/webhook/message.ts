import type { Instant } from '#kernel';
import type { NumberSource, OrderSource } from '../src/change-source.ts';
import { AVAILABILITY, type ChangeKind, ORDER } from '../src/place.ts';
import { availabilityBody, cloudEvent, type Told } from '../src/wire.ts';

/** Where the newest state of listings and orders comes from. */
export interface NewestSource {
  readonly numbers: NumberSource;
  readonly orders: OrderSource;
}

/** A message about a listing or an order, never with an older state than that of the change that caused it. */
export interface Message {
  readonly told: Told;
  /** A structured CloudEvent. */
  readonly body: string;
}

/** Identifies a listing or an order within one channel. */
export const keyOf = ({ kind, id }: { readonly kind: ChangeKind; readonly id: string }): string =>
  `${kind}${id}`;

/** Made when it is sent, so that what has waited goes out with the newest state. Throws StoreUnavailable. */
export async function newestMessage(
  channel: string,
  key: string,
  { numbers, orders }: NewestSource,
): Promise<Message | 'gone'> {
  const id = key.slice(1);
  if (key.startsWith(String(AVAILABILITY))) {
    const number = numbers.number(channel, id);
    if (number === undefined) return 'gone';
    const told: Told = { channel, kind: AVAILABILITY, id, version: number.version };
    return toMessage(told, number.recordedAt, availabilityBody(number));
  }
  const order = await orders.order(channel, id);
  if (order === undefined) return 'gone';
  const told: Told = { channel, kind: ORDER, id, version: order.position };
  return toMessage(told, order.recordedAt, order.body);
}

const toMessage = (told: Told, at: Instant, data: object): Message => ({
  told,
  body: cloudEvent(told, at, JSON.stringify(data)),
});
