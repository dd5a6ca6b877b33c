import type { EventStore } from '#event-store';
import { orderStream } from '#inventory';
import { Change } from './change.ts';
import type { NumberSource } from './change-source.ts';
import { comparePlaces, END, endOf, ORDER, type Place } from './place.ts';
import type { ChangeBatch } from './ring.ts';

/** What a reader asks for that is further back than memory reaches. */
interface BacklogQuery {
  readonly channel: string;
  readonly after: Place;
  /** Only orders that changed after this position are wanted. */
  readonly ordersAfter: number;
  readonly limit: number;
}

/** Reads changes older than those in memory: numbers from availability's index, orders from the log. */
export class Backlog {
  readonly #store: EventStore;
  readonly #numbers: NumberSource;
  readonly #position: () => number;

  /** `position`: changes up to it may be told; newer ones are in the ring. */
  constructor(store: EventStore, numbers: NumberSource, position: () => number) {
    this.#store = store;
    this.#numbers = numbers;
    this.#position = position;
  }

  /** Some changes after `after`, in order. An empty answer does not mean that there are no more. */
  async read(query: BacklogQuery): Promise<ChangeBatch> {
    await this.#numbers.prepareLists();
    const alone = this.#readNumbers(query);
    const last = alone.at(-1);
    if (last !== undefined && alone.length === query.limit && last.position <= query.ordersAfter) {
      return { changes: alone, place: last };
    }
    const after = Math.max(query.after.position, query.ordersAfter);
    const page = await this.#store.readAll({ after, categories: ['order'] });
    // Numbers are read again in the turn in which the place is computed: one that changed while we waited must not be missed.
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
    // Numbers that did not fit come after the last one of the page, so the place must not go beyond that one.
    const changes = all.slice(0, limit);
    return { changes, place: all.length < limit ? endOf(through) : changes.at(-1)! };
  }
}

/** For each order only its last change on the page. */
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
