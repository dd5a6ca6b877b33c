import { assert } from '#kernel';
import type { Entry, FactKey, Sweep } from '../src/entry.ts';
import { decideInPlace } from '../src/item/decide-item.ts';
import { evolveItem } from '../src/item/evolve-item.ts';
import type { ItemEvent, RecordedItemEvent } from '../src/item/item-event.ts';
import type { Decision, DecisionContext, ItemCommand, ItemEntry, Post } from '../src/item/item-command.ts';
import { placeOf } from '../src/item/item-readers.ts';
import { copyItem, emptyItem, type ItemState } from '../src/item/item-state.ts';
import { pastNeeded } from '../src/item/past-needed.ts';

/** One item's stream, and the state that folding it makes. */
interface Book {
  readonly state: ItemState;
  readonly stream: (RecordedItemEvent & { readonly revision: number })[];
}

/**
 * A few items' books in memory, kept by the rules alone: facts are posted one after the other, with the
 * positions and the sweeps that the ledger would give them.
 */
export class Books {
  readonly #books = new Map<string, Book>();
  readonly #sweeps: (Sweep & { readonly journal: number })[] = [];
  readonly #listed = new Map<string, Set<string>>();
  readonly #context: Partial<DecisionContext>;
  #posted: readonly (readonly [string, Post])[] = [];
  #position = 0;

  constructor(context: Partial<DecisionContext> = {}) {
    this.#context = context;
  }

  book(sku: string): Book {
    const known = this.#books.get(sku);
    if (known) return known;
    const book: Book = { state: emptyItem(), stream: [] };
    this.#books.set(sku, book);
    return book;
  }

  state(sku: string): ItemState {
    return this.book(sku).state;
  }

  /** Posts one journal event to the items that it is about. */
  post(entries: readonly Entry[], recordedAt = 0): void {
    const journal = ++this.#position;
    const bySku = new Map<string, ItemEntry[]>();
    for (const entry of entries) {
      if (entry.kind === 'count') this.#list(entry.key, entry.location).add(entry.sku);
    }
    for (const entry of entries) {
      for (const [sku, itemEntry] of entry.kind === 'sweep'
        ? this.#sweep(entry, journal)
        : [[entry.sku, entry] as const]) {
        bySku.set(sku, [...(bySku.get(sku) ?? []), itemEntry]);
      }
    }
    this.#posted = [...bySku].map(([sku, ofItem]) => {
      return [sku, { type: 'post', journal, recordedAt, cause: 'order', entries: ofItem }];
    });
    for (const [sku, command] of this.#posted) this.ask(sku, command, recordedAt);
  }

  /** Posts a journal event about one item, of which only the events up to one of the marks are stored. */
  postPart(entries: readonly Entry[], pick: (marks: readonly number[]) => number): void {
    const { state, stream } = this.book(entries[0]!.kind === 'sweep' ? '' : entries[0]!.sku);
    const before = copyItem(state);
    const first = stream.length;
    this.post(entries);
    const stored = stream.splice(first);
    const marks = stored.flatMap(({ data }, index) => (data.entriesPosted === undefined ? [] : [index + 1]));
    Object.assign(state, before);
    for (const event of stored.slice(0, pick(marks))) {
      stream.push(event);
      evolveItem(state, event);
    }
  }

  /** Posts the last journal event once more, as after a crash; returns the events that come of it. */
  postAgain(): ItemEvent[] {
    const posted = this.#posted;
    return posted.flatMap(([sku, command]) => this.ask(sku, command, command.recordedAt).events);
  }

  /** Decides a command and stores what comes of it. */
  ask(sku: string, command: ItemCommand, now = 0): Decision {
    const { state, stream } = this.book(sku);
    const before = JSON.stringify(state);
    const context = this.#contextAt(now, command, { state, stream });
    const decision = decideInPlace(command, copyItem(state), context);
    assert(JSON.stringify(state) === before, 'a decision on a copy that leaves the state as it is');
    for (const event of decision.events) {
      const recorded = {
        ...event,
        revision: state.revision + 1,
        position: ++this.#position,
        recordedAt: now,
      };
      stream.push(recorded);
      evolveItem(state, recorded);
    }
    return decision;
  }

  #contextAt(now: number, command: ItemCommand, { state, stream }: Book): DecisionContext {
    return {
      now,
      locationsOf: () => ['main', 'shop'],
      isActive: () => true,
      reservable: () => Number.MAX_SAFE_INTEGER,
      sweeps: (location, from, before) =>
        this.#sweeps
          .filter((sweep) => sweep.location === location && sweep.key.at >= from && sweep.key.at < before)
          .filter((sweep) => command.type !== 'post' || sweep.journal < command.journal),
      ...(pastNeeded(command, state) && { past: stream }),
      ...this.#context,
    };
  }

  #sweep(sweep: Sweep, journal: number): (readonly [string, ItemEntry])[] {
    this.#sweeps.push({ ...sweep, journal });
    const listed = this.#list(sweep.key, sweep.location);
    return [...this.#books]
      .filter(([sku, { state }]) => placeOf(state, sweep.location) && !listed.has(sku))
      .map(([sku]) => [sku, sweep] as const);
  }

  /** What the document has listed so far. */
  #list({ at, source, document }: FactKey, location: string): Set<string> {
    const name = JSON.stringify([at, source, document, location]);
    const known = this.#listed.get(name) ?? new Set();
    this.#listed.set(name, known);
    return known;
  }
}
