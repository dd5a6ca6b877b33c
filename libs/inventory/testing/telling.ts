import { UNIT } from '#kernel';
import {
  type Announcement,
  announceOrder,
  type CatalogView,
  emptyToldStream,
  type Entry,
  evolveTold,
  FACT_EVENT_TYPES,
  type Item,
  type Listing,
  type Location,
  type Message,
  type OrderView,
  orderViewOf,
  type ParkedLinesReleased,
  recordFact,
  type Rejection,
  releaseLines,
  resolveMessage,
  resolveParked,
  type ToldStream,
  toldFact,
} from '#inventory';

/** A whole set-up: what is not named does not exist. */
export interface SetUp {
  items?: readonly (Partial<Item> & { sku: string })[];
  listings?: readonly Listing[];
  locations?: readonly string[];
}

/** The catalog of a set-up. Every channel lists only what is listed. */
function catalogOf({ items = [], listings = [], locations = [] }: SetUp): CatalogView {
  const whole = items.map((item): Item => ({
    name: item.sku,
    decimals: 0,
    identifiers: [],
    components: [],
    ...item,
  }));
  const place = (id: string): Location => ({
    id,
    name: id,
    kind: 'warehouse',
    active: !id.startsWith('closed'),
  });
  return {
    item: (sku) => whole.find((item) => item.sku === sku),
    location: (id) => (locations.includes(id) ? place(id) : undefined),
    source: () => undefined,
    channel: () => undefined,
    listing: (channel, name) => listings.find((one) => one.channel === channel && one.listing === name),
    skusOf: ({ scheme, value }) =>
      whole
        .filter(({ identifiers }) => identifiers.some((one) => one.scheme === scheme && one.value === value))
        .map(({ sku }) => sku),
  };
}

/** One order, document or transfer being told, without a store: what came of each message and of all. */
export class Telling {
  readonly told: ToldStream = emptyToldStream();
  readonly entries: Entry[] = [];
  #catalog: CatalogView;
  readonly #isByChannel: boolean;

  constructor(setUp: SetUp, isByChannel = true) {
    this.#catalog = catalogOf(setUp);
    this.#isByChannel = isByChannel;
  }

  /** From now on this is the set-up. */
  use(setUp: SetUp): void {
    this.#catalog = catalogOf(setUp);
  }

  /** Returns the entries of the message; throws if it is refused or a repeat. */
  tell(message: Message): readonly Entry[] {
    const outcome = this.put(message);
    if (!Array.isArray(outcome)) throw new Error(JSON.stringify(outcome));
    return outcome as readonly Entry[];
  }

  /** The entries of the message, the rejection, or `repeated`. */
  put(message: Message): readonly Entry[] | Rejection | 'repeated' {
    const resolved = resolveMessage(message, { catalog: this.#catalog, unknownItems: 'park' });
    const decision = recordFact(this.told, { message, resolved, isByChannel: this.#isByChannel });
    if (decision.outcome === 'repeated') return 'repeated';
    if (decision.outcome === 'rejected') return decision.rejection;
    const { data } = decision;
    evolveTold(this.told, { type: FACT_EVENT_TYPES[message.type], data }, this.#nextPlace());
    this.entries.push(...data.entries);
    return data.entries;
  }

  /** Reads the parked lines of a message again, with another catalog. */
  release(source: string, id: string, setUp: SetUp): readonly Entry[] | undefined {
    return this.releaseNow(source, id, setUp)?.entries;
  }

  /** The same, but returns the event that releases them. */
  releaseNow(source: string, id: string, setUp: SetUp): ParkedLinesReleased | undefined {
    this.use(setUp);
    const fact = toldFact(this.told, source, id)!;
    const released = resolveParked(fact.message, fact.parked, {
      catalog: this.#catalog,
      unknownItems: 'park',
    });
    const data = releaseLines(this.told, fact, released, this.#isByChannel);
    if (data === undefined) return undefined;
    evolveTold(this.told, { type: 'ParkedLinesReleased', data }, this.#nextPlace());
    this.entries.push(...data.entries);
    return data;
  }

  /** A reservation was confirmed for the order; undefined if that says nothing new. */
  announce(announced: Omit<Announcement, 'channel' | 'orderId'>): readonly Entry[] | undefined {
    const data = announceOrder(this.told, { channel: 'web', orderId: 'o1', ...announced });
    if (data === undefined) return undefined;
    evolveTold(this.told, { type: 'OrderAnnounced', data }, this.#nextPlace());
    this.entries.push(...data.entries);
    return data.entries;
  }

  view(): OrderView {
    return orderViewOf('web', 'o1', this.told);
  }

  #nextPlace() {
    const revision = this.told.revision + 1;
    return { revision, position: revision + 1, recordedAt: 1_000 + revision };
  }
}

/** The sum of all entries: balances by item and account, what is open, and the open flags. */
export function sumOf(entries: readonly Entry[]) {
  const balances: Record<string, number> = {};
  const open: Record<string, number> = {};
  const flags: Record<string, number> = {};
  for (const entry of entries) {
    if (entry.kind === 'move') {
      add(balances, `${entry.sku} ${entry.from}`, -entry.quantity / UNIT);
      add(balances, `${entry.sku} ${entry.to}`, entry.quantity / UNIT);
    } else if (entry.kind === 'open') set(open, `${entry.sku} ${entry.line}`, entry.quantity / UNIT);
    else if (entry.kind === 'flag')
      set(flags, `${entry.flag} ${entry.sku} ${entry.location ?? '-'}`, entry.quantity / UNIT);
  }
  return { balances, open, flags };
}

/** 0 counts as never mentioned. */
function set(sums: Record<string, number>, key: string, value: number): void {
  if (value === 0) delete sums[key];
  else sums[key] = value;
}

const add = (sums: Record<string, number>, key: string, value: number): void =>
  set(sums, key, (sums[key] ?? 0) + value);
