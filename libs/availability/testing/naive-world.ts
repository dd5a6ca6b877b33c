import type { Channel, Item, ItemEvent, Listing, Location, Policy, PolicyFields } from '#inventory';
import type { Instant } from '#kernel';

/** The value of one field of the policies that applies. */
type FieldOf = <Field extends keyof PolicyFields>(name: Field) => PolicyFields[Field];

/**
 * The numbers that the contract prescribes, computed the slow way from everything that was ever put and told. It shares
 * no rule with the code that it checks.
 */
export class NaiveWorld {
  readonly items = new Map<string, Item>();
  readonly locations = new Map<string, Location>();
  readonly channels = new Map<string, Channel>();
  readonly listings = new Map<string, Listing>();
  readonly #scopes = new Map<string, { fields: PolicyFields; since: Map<string, Instant> }>();
  readonly #events = new Map<string, ItemEvent[]>();

  tell(sku: string, events: readonly ItemEvent[]): void {
    this.#events.set(sku, [...(this.#events.get(sku) ?? []), ...events]);
  }

  /** A policy takes effect at `at`, because it was put or because its time has come. */
  apply({ scope, fields, effectiveAt }: Policy, at: Instant): void {
    const former = this.#scopes.get(scope);
    const since = new Map<string, Instant>();
    for (const [channel, quantity] of Object.entries(fields.allocations ?? {})) {
      const isSame = former?.fields.allocations?.[channel] === quantity;
      since.set(channel, effectiveAt ?? (isSame ? former?.since.get(channel) : undefined) ?? at);
    }
    this.#scopes.set(scope, { fields, since });
  }

  /** Every number there should be, by `channel:listing`. */
  numbers(): Map<string, number> {
    const numbers = new Map<string, number>();
    for (const channel of this.channels.values()) {
      for (const { sku } of channel.lists === 'all' ? this.items.values() : []) {
        numbers.set(`${channel.id}:${sku}`, this.#number(channel, sku, sku, 100_000));
      }
      for (const { channel: id, listing, sku, unitsPer } of this.listings.values()) {
        if (id === channel.id) numbers.set(`${id}:${listing}`, this.#number(channel, listing, sku, unitsPer));
      }
    }
    return numbers;
  }

  #number(channel: Channel, listing: string, sku: string, unitsPer: number): number {
    const item = this.items.get(sku) as Item;
    const field = this.#fields(channel, listing, item);
    let published: number;
    if (item.components.length > 0) {
      let kits = this.#made(channel, sku);
      for (const [inner, required] of this.#innerKits(sku)) {
        const kit = this.items.get(inner) as Item;
        const held = limited(this.#made(channel, inner), kit, this.#fieldsListed(channel, inner));
        kits = Math.min(kits, Math.floor(held / required) * 100_000);
      }
      published = limited(kits, item, field);
    } else published = this.#published(channel, item, field);
    return unitsPer === 100_000 ? published : Math.floor(published / unitsPer) * 100_000;
  }

  /** How many of a kit can be made of its ordinary parts. */
  #made(channel: Channel, kit: string): number {
    let kits = Infinity;
    for (const [part, required] of this.#parts(kit)) {
      const sold = this.#published(channel, this.items.get(part) as Item, this.#fieldsListed(channel, part));
      kits = Math.min(kits, Math.floor(sold / required));
    }
    return kits * 100_000;
  }

  /** For an item itself: the policy of its listing by its own name, if it has one in the channel. */
  #fieldsListed(channel: Channel, sku: string): FieldOf {
    const defined = this.listings.get(`${channel.id}:${sku}`);
    const isListed = defined === undefined ? channel.lists === 'all' : defined.sku === sku;
    return this.#fields(channel, isListed ? sku : undefined, this.items.get(sku) as Item);
  }

  #published(channel: Channel, item: Item, field: FieldOf): number {
    let ats = -(field('safetyStock') ?? 0) - this.#fencedFrom(channel.id, item);
    for (const location of channel.locations) {
      if (!this.locations.get(location)?.active) continue;
      ats += this.#free(item.sku, location) - (field('locationSafetyStock')?.[location] ?? 0);
    }
    if (ats <= (field('stopAt') ?? -Infinity)) return 0;
    const part = ((field('percent') ?? 10_000_000) * (ats - (field('buffer') ?? 0))) / 10_000_000;
    const step = 10 ** (5 - item.decimals);
    return Math.max(0, Math.floor(Math.min(field('cap') ?? Infinity, part) / step) * step);
  }

  #fields(channel: Channel, listing: string | undefined, { sku, category }: Item): FieldOf {
    const scopes = [
      listing === undefined ? '' : `listing:${channel.id}:${listing}`,
      `item:${sku}`,
      category === undefined ? '' : `category:${category}`,
      `channel:${channel.id}`,
      'global',
    ];
    return (name) => {
      const scope = scopes.find((named) => this.#scopes.get(named)?.fields[name] !== undefined);
      return scope === undefined ? undefined : this.#scopes.get(scope)?.fields[name];
    };
  }

  #fencedFrom(own: string, { sku, category }: Item): number {
    const scopes = [`item:${sku}`, `category:${category}`, 'global'].map((scope) => this.#scopes.get(scope));
    const policy = scopes.find((scope) => scope?.fields.allocations !== undefined);
    let fenced = 0;
    for (const [channel, quantity] of Object.entries(policy?.fields.allocations ?? {})) {
      if (channel === own) continue;
      const since = policy?.since.get(channel) ?? 0;
      const claimed = [...this.locations.keys()].map((location) => this.#claims(sku, location, channel));
      const had = claimed.reduce((sum, claims) => sum + claims, 0) + this.#sold(sku, channel, since);
      fenced += Math.max(0, quantity - had);
    }
    return fenced;
  }

  #free(sku: string, location: string): number {
    let onHand = 0;
    for (const event of this.#events.get(sku) ?? []) {
      if (event.type !== 'MovementPosted') continue;
      if (event.data.to === `${location}/sellable`) onHand += event.data.quantity;
      if (event.data.from === `${location}/sellable`) onHand -= event.data.quantity;
    }
    return onHand - this.#claims(sku, location);
  }

  /** Promised and held. */
  #claims(sku: string, location: string, only?: string): number {
    const holds = new Map<string, number>();
    let committed = 0;
    for (const { type, data } of this.#events.get(sku) ?? []) {
      if (type === 'ReservationEnded') holds.delete(data.reservationId);
      if (!('channel' in data) || (only !== undefined && data.channel !== only)) continue;
      if (type === 'StockCommitted' && data.location === location) committed += data.quantity;
      if (type === 'CommitmentReleased' && data.location === location) committed -= data.quantity;
      if (type === 'StockReserved') {
        const here = data.parts.filter((part) => part.location === location);
        holds.set(
          data.reservationId,
          here.reduce((sum, { quantity }) => sum + quantity, 0),
        );
      }
    }
    return committed + [...holds.values()].reduce((sum, quantity) => sum + quantity, 0);
  }

  #sold(sku: string, channel: string, since: Instant): number {
    let sold = 0;
    for (const { type, data } of this.#events.get(sku) ?? []) {
      if (type !== 'MovementPosted' || data.channel !== channel || data.key.at < since) continue;
      if (data.to === 'customer' && data.cause !== 'return') sold += data.quantity;
    }
    return sold;
  }

  #innerKits(sku: string, times = 1, kits = new Map<string, number>()): Map<string, number> {
    for (const component of this.items.get(sku)?.components ?? []) {
      if ((this.items.get(component.sku)?.components.length ?? 0) === 0) continue;
      const each = (component.quantity / 100_000) * times;
      kits.set(component.sku, (kits.get(component.sku) ?? 0) + each * 100_000);
      this.#innerKits(component.sku, each, kits);
    }
    return kits;
  }

  #parts(sku: string, times = 1, parts = new Map<string, number>()): Map<string, number> {
    for (const component of this.items.get(sku)?.components ?? []) {
      const each = (component.quantity / 100_000) * times;
      const isKit = (this.items.get(component.sku)?.components.length ?? 0) > 0;
      if (isKit) this.#parts(component.sku, each, parts);
      else parts.set(component.sku, (parts.get(component.sku) ?? 0) + each * 100_000);
    }
    return parts;
  }
}

/** A kit's own rules. */
function limited(count: number, { decimals }: Item, field: FieldOf): number {
  const step = 10 ** (5 - decimals);
  const published = count <= (field('stopAt') ?? -1) ? 0 : Math.min(count, field('cap') ?? Infinity);
  return Math.floor(published / step) * step;
}
