import { type Channel, isRejection, type Item, type ItemEvent, type Policy } from '#inventory';
import { UNIT } from '#kernel';
import type { ListingNumber } from '../src/index.ts';
import { type OpenedAvailability, openAvailability } from './opened-availability.ts';

/**
 * A merchant with two locations (main, shop), three channels (web sells from both, pos from the shop, amz from
 * main and only what is listed there) and one item, MUG. `changes` are those caused by the last call.
 */
export class Merchant {
  readonly opened: OpenedAvailability;
  readonly changes: ListingNumber[] = [];

  private constructor(opened: OpenedAvailability) {
    this.opened = opened;
    opened.availability.onChange((number) => this.changes.push(number));
  }

  static async open(): Promise<Merchant> {
    const merchant = new Merchant(await openAvailability());
    await merchant.location('main');
    await merchant.location('shop');
    await merchant.channel('web', { locations: ['main', 'shop'] });
    await merchant.channel('pos', { locations: ['shop'] });
    await merchant.channel('amz', { locations: ['main'], lists: 'listed' });
    await merchant.item('MUG');
    return merchant;
  }

  location(id: string, active = true, name = id): Promise<number> {
    return this.#put(this.opened.desk.putLocation({ id, name, kind: 'warehouse', active }));
  }

  item(sku: string, rest: Partial<Item> = {}): Promise<number> {
    const item = { sku, name: sku, decimals: 0, identifiers: [], components: [], ...rest };
    return this.#put(this.opened.desk.putItem(item));
  }

  channel(id: string, rest: Partial<Channel>): Promise<number> {
    const kind = 'storefront';
    const channel = {
      id,
      name: id,
      kind,
      locations: [],
      lists: 'all',
      unknownItems: 'park',
      ...rest,
    } as const;
    return this.#put(this.opened.desk.putChannel(channel));
  }

  listing(channel: string, listing: string, sku: string, units = 1): Promise<number> {
    return this.#put(this.opened.desk.putListing({ channel, listing, sku, unitsPer: units * UNIT }));
  }

  policy(scope: string, fields: Policy['fields'], effectiveAt?: number): Promise<number> {
    const policy = { scope, fields, ...(effectiveAt !== undefined && { effectiveAt }) };
    return this.#put(this.opened.desk.putPolicy(policy));
  }

  tell(sku: string, ...events: readonly ItemEvent[]): Promise<readonly number[]> {
    this.changes.length = 0;
    return this.opened.tell(sku, ...events);
  }

  units(channel: string, listing: string): number | undefined {
    const number = this.opened.availability.number(channel, listing);
    return number && number.available / UNIT;
  }

  /** By listing, then channel. */
  changed(): readonly (readonly [channel: string, listing: string, units: number])[] {
    return this.changes
      .toSorted((a, b) => (`${a.listing} ${a.channel}` < `${b.listing} ${b.channel}` ? -1 : 1))
      .map(({ channel, listing, available }) => [channel, listing, available / UNIT] as const);
  }

  /** Brings the books to the put's position, and returns it. */
  async #put(putting: Promise<{ readonly position: number } | { readonly code: string }>): Promise<number> {
    this.changes.length = 0;
    const put = await putting;
    if (isRejection(put)) throw new Error(JSON.stringify(put));
    await this.opened.catchUp();
    return (put as { position: number }).position;
  }
}
