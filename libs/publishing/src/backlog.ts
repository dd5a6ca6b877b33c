import type { EventStore } from '#event-store';
import { orderStream } from '#inventory';
import { Change } from './change.ts';
import type { NumberSource } from './change-source.ts';
import { comparePlaces, END, endOf, ORDER, type Place } from './place.ts';
import type { ChangeBatch } from './ring.ts';

/** What a reader that is further behind than memory reaches asks for. */
interface BacklogQuery {
  readonly channel: string;
  readonly after: Place;
  /** Orders are wanted from behind this position only. */
  readonly ordersAfter: number;
  readonly limit: number;
}

/** Changes that are older than those in memory: numbers from availability's index, orders from the log. */
export class Backlog {
  readonly #store: EventStore;
  readonly #numbers: NumberSource;
  readonly #position: () => number;

  /** `position`: up to where changes may be told; what is newer comes by the ring. */
  constructor(store: EventStore, numbers: NumberSource, position: () => number) {
    this.#store = store;
    this.#numbers = numbers;
    this.#position = position;
  }

  /** Some changes behind `after`, in order. An empty answer does not mean that there are no more. */
  async read(query: BacklogQuery): Promise<ChangeBatch> {
    const alone = this.#readNumbers(query);
    const last = alone.at(-1);
    if (last !== undefined && alone.length === query.limit && last.position <= query.ordersAfter) {
      return { changes: alone, place: last };
    }
    const after = Math.max(query.after.position, query.ordersAfter);
    const page = await this.#store.readAll({ after, categories: ['order'] });
    // Read again in the turn that says how far: a number that moved on while we waited must not be missed.
    return this.#merge(query, page, this.#readNumbers(query));
  }

  #readNumbers({ channel, after, limit }: BacklogQuery): Change[] {
    const { position, kind, id } = after;
    const behind =
      kind === END || kind === ORDER ? { version: position } : { version: position, listing: id };
    const through = this.#position();
    const changes: Change[] = [];
    for (const number of this.#numbers.numbersAfter(channel, behind, limit)) {
      if (number.version <= through) changes.push(Change.ofNumber(number));
    }
    return changes;
  }

  #merge(
    { channel, limit }: BacklogQuery,
    page: Awaited<ReturnType<EventStore['readAll']>>,
    numbers: readonly Change[],
  ): ChangeBatch {
    const through = Math.min(page.position, this.#position());
    const orders = newestOrders(channel, page.events, through);
    const all = [...numbers.filter((change) => change.position <= through), ...orders];
    all.sort(comparePlaces);
    // Numbers that did not fit their page stand behind its last one, and that one is then no longer told here.
    const changes = all.slice(0, limit);
    return { changes, place: all.length < limit ? endOf(through) : changes.at(-1)! };
  }
}

/** One change an order: its last on the page. */
function newestOrders(
  channel: string,
  events: readonly { readonly stream: string; readonly position: number }[],
  through: number,
): readonly Change[] {
  const prefix = orderStream(channel, '');
  const newest = new Map<string, Change>();
  for (const { stream, position } of events) {
    if (position > through || !stream.startsWith(prefix)) continue;
    const orderId = stream.slice(prefix.length);
    newest.set(orderId, new Change(position, ORDER, orderId));
  }
  return [...newest.values()];
}
