import { between, oneOf, type Random } from '../fixtures/random.ts';
import type { Caller } from './caller.ts';
import type { Tally } from './tally.ts';

export const ITEMS = ['MUG', 'BOWL', 'PLATE', 'TEAPOT', 'CANDLE', 'HONEY'] as const;
/** So few of it that reservations compete. */
export const SCARCE = 'LAST';
export const SCARCE_UNITS = 40;
export const LOCATIONS = ['east', 'west'] as const;
const LONG_SECONDS = 14_400;

type Lines = readonly { readonly sku: string; readonly quantity: number }[];

/** Does what merchants do, one thing after the other, chance deciding what; every answer goes into the tally. */
export class Shopkeeper {
  readonly #name: string;
  readonly #caller: Caller;
  readonly #tally: Tally;
  readonly #random: Random;
  #count = 0;

  constructor(parts: { name: string; caller: Caller; tally: Tally; random: Random }) {
    this.#name = parts.name;
    this.#caller = parts.caller;
    this.#tally = parts.tally;
    this.#random = parts.random;
  }

  async work(isOver: () => boolean): Promise<void> {
    const ways = [
      () => this.#receive(),
      () => this.#sell(),
      () => this.#transfer(),
      () => this.#order(),
      () => this.#order(),
      () => this.#hold(),
      () => this.#holdTheScarce(),
      () => this.#adjust(),
      () => this.#setUp(),
      () => this.#orderTheUnknown(),
    ];
    while (!isOver()) await oneOf(this.#random, ways)();
  }

  async #receive(): Promise<void> {
    const lines = this.#lines();
    await this.#tell('wms', 'stock.received', { documentId: this.#id('in'), location: this.#place(), lines });
    for (const { sku, quantity } of lines) this.#tally.of(sku).onHand += quantity;
  }

  async #sell(): Promise<void> {
    const lines = this.#lines();
    await this.#tell('till', 'sale.completed', { saleId: this.#id('sale'), location: this.#place(), lines });
    for (const { sku, quantity } of lines) this.#tally.of(sku).onHand -= quantity;
  }

  /** There and, mostly, back on the shelf; the two halves in either order. */
  async #transfer(): Promise<void> {
    const lines = this.#lines();
    const data = { transferId: this.#id('transfer'), from: 'east', to: 'west', lines };
    const halves = this.#random() < 0.5 ? ['shipped', 'received'] : ['received', 'shipped'];
    for (const half of this.#random() < 0.8 ? halves : ['shipped']) {
      await this.#tell('wms', `transfer.${half}`, data);
      const sign = half === 'shipped' ? -1 : 1;
      for (const { sku, quantity } of lines) this.#tally.of(sku).onHand += sign * quantity;
    }
  }

  async #order(): Promise<void> {
    const orderId = this.#id('order');
    const lines = this.#lines();
    await this.#tell('web', 'order.placed', { orderId, lines });
    for (const { sku, quantity } of lines) this.#tally.of(sku).committed += quantity;
    await this.#endOrder(orderId, lines);
  }

  /** Shipped, cancelled, or left open. */
  async #endOrder(orderId: string, lines: Lines): Promise<void> {
    const chance = this.#random();
    if (chance < 0.5) {
      const shipped = { orderId, shipmentId: this.#id('parcel'), location: this.#place(), lines };
      await this.#tell('web', 'order.shipped', shipped);
      for (const { sku, quantity } of lines) this.#tally.of(sku).onHand -= quantity;
    } else if (chance < 0.7) await this.#tell('web', 'order.cancelled', { orderId });
    else return;
    for (const { sku, quantity } of lines) this.#tally.of(sku).committed -= quantity;
  }

  async #hold(): Promise<void> {
    const lines = this.#lines();
    const reservationId = this.#id('hold');
    const isShort = this.#random() < 0.2;
    const request = { reservationId, channel: 'web', lines, expiresInSeconds: isShort ? 1 : LONG_SECONDS };
    await this.#caller.expect([200, 201], 'POST', '/v1/reservations', request);
    this.#tally.reservations.set(reservationId, isShort ? 'expired' : 'held');
    if (isShort) return;
    for (const { sku, quantity } of lines) this.#tally.of(sku).reserved += quantity;
    await this.#endHold(reservationId, lines);
  }

  async #endHold(reservationId: string, lines: Lines): Promise<void> {
    const chance = this.#random();
    if (chance < 0.3) return;
    const isConfirmed = chance < 0.7;
    const orderId = this.#id('order');
    const end = `/v1/reservations/${reservationId}/${isConfirmed ? 'confirm' : 'release'}`;
    const { status, body, isRepeat } = await this.#caller.ask('POST', end, isConfirmed ? { orderId } : {});
    // Who asks again because an answer was lost may be told that it is over.
    if (status !== 200 && !(isRepeat && body?.code === 'RESERVATION_TERMINAL'))
      this.#tally.surprises.push(`${end}: ${status} ${JSON.stringify(body)}`);
    this.#tally.reservations.set(reservationId, isConfirmed ? 'confirmed' : 'released');
    for (const { sku, quantity } of lines) {
      this.#tally.of(sku).reserved -= quantity;
      if (isConfirmed) this.#tally.of(sku).committed += quantity;
    }
    if (!isConfirmed) return;
    await this.#tell('web', 'order.placed', { orderId, reservationId, lines });
    await this.#endOrder(orderId, lines);
  }

  /** Everybody wants it, and there is not enough: who is told that it is held has it. */
  async #holdTheScarce(): Promise<void> {
    const reservationId = this.#id('hold');
    const lines = [{ sku: SCARCE, quantity: between(this.#random, 1, 3) }];
    const request = { reservationId, channel: 'web', lines, expiresInSeconds: LONG_SECONDS };
    const { status } = await this.#caller.expect([200, 201, 409], 'POST', '/v1/reservations', request);
    if (status === 409) return;
    for (const { sku, quantity } of lines) this.#tally.of(sku).reserved += quantity;
    this.#tally.reservations.set(reservationId, 'held');
    if (this.#random() < 0.7) await this.#endHold(reservationId, lines);
  }

  async #adjust(): Promise<void> {
    const sku = oneOf(this.#random, ITEMS);
    const change = oneOf(this.#random, [-3, -1, 2, 5]);
    const asked = { adjustmentId: this.#id('adjustment'), location: this.#place(), change };
    const path = `/v1/items/${sku}/adjustments`;
    await this.#caller.expect([200, 201], 'POST', path, { ...asked, reason: 'looked', actor: this.#name });
    this.#tally.of(sku).onHand += change;
  }

  /** What only this one puts, so that the last word is known. */
  async #setUp(): Promise<void> {
    const body = { buffer: between(this.#random, 0, 9) };
    const item = `/v1/items/OWN-${this.#name}`;
    await this.#caller.expect([200, 201], 'PUT', item, { name: `a thing with buffer ${body.buffer}` });
    this.#tally.setUp.set(item, { name: `a thing with buffer ${body.buffer}` });
    const policy = `/v1/policies/item:OWN-${this.#name}`;
    await this.#caller.expect([200, 201], 'PUT', policy, body);
    this.#tally.setUp.set(policy, body);
  }

  /** An order for what nobody has heard of waits until somebody tells what it is. */
  async #orderTheUnknown(): Promise<void> {
    const sku = this.#id('NEW');
    const lines = [{ sku, quantity: between(this.#random, 1, 4) }];
    await this.#tell('web', 'order.placed', { orderId: this.#id('order'), lines }, 'parked');
    await this.#caller.expect([200, 201], 'PUT', `/v1/items/${sku}`, { name: 'new' });
    for (const { quantity } of lines) this.#tally.of(sku).committed += quantity;
  }

  #tell(source: string, type: string, data: object, outcome?: 'parked'): Promise<void> {
    const message = { id: this.#id('m'), source, type, time: new Date().toISOString(), data };
    return this.#caller.tell(message, outcome);
  }

  #lines(): Lines {
    const skus = new Set([oneOf(this.#random, ITEMS), oneOf(this.#random, ITEMS)]);
    return [...skus].map((sku) => ({ sku, quantity: between(this.#random, 1, 5) }));
  }

  #place = (): string => oneOf(this.#random, LOCATIONS);
  #id = (kind: string): string => `${kind}-${this.#name}-${++this.#count}`;
}
