import {
  type Arrival,
  arrivalName,
  type CatalogView,
  type IntakeEvent,
  type Item,
  journalStreamOf,
  type Rejection,
  type ResolvedMessage,
  resolveMessage,
  type UnknownItems,
} from '#inventory';
import type { FirstDraft, FirstFacts } from './first-facts.ts';
import { rejectedEvent, repeatedEvents } from './intake-events.ts';
import type { IntakeLog } from './intake-log.ts';
import { type Outcome, recordedOutcome } from './outcome.ts';
import type { MessageArrival, Recorded, Recorder } from './recorder.ts';
import { mayTell, type Teller, tellerOf, UNKNOWN_SOURCE } from './teller.ts';
import type { SharedTurn, Turns } from '#kernel';

/** What the journal needs of the catalog's desk. */
export interface ItemMaker {
  /** The items of these SKUs. Missing ones are created. */
  ensureItems(skus: readonly string[]): Promise<ReadonlyMap<string, Item>>;
}

/** Who brings messages. */
export interface Bringer {
  /** `http`, `kafka:…`, `file:…`: kept with what is rejected. */
  readonly door: string;
  /** The key's own channel or source; absent for an admin, who may tell messages of any. */
  readonly identity?: string;
}

export interface AcceptanceParts {
  readonly catalog: CatalogView;
  readonly desk: ItemMaker;
  readonly first: FirstFacts;
  readonly recorder: Recorder;
  readonly turns: Turns;
  readonly intake: IntakeLog;
}

/** One call's messages on their way to their outcomes. */
export class Acceptance {
  readonly #parts: AcceptanceParts;
  readonly #arrivals: readonly Arrival[];
  readonly #by: Bringer;
  readonly #outcomes: Outcome[];
  readonly #repeats: Entrant[] = [];
  readonly #refusals: Refusal[] = [];

  constructor(parts: AcceptanceParts, arrivals: readonly Arrival[], by: Bringer) {
    this.#parts = parts;
    this.#arrivals = arrivals;
    this.#by = by;
    this.#outcomes = new Array<Outcome>(arrivals.length);
  }

  async run(): Promise<Outcome[]> {
    const entrants = this.#sort();
    if (entrants.some(({ resolved }) => resolved.missing.length > 0)) await this.#makeItems(entrants);
    await this.#record(entrants);
    if (this.#repeats.length > 0 || this.#refusals.length > 0) await this.#writeIntake();
    return this.#outcomes;
  }

  /** Sorts out what is refused; the rest are messages that may be told, with what their lines mean. */
  #sort(): Entrant[] {
    const { catalog } = this.#parts;
    const { identity, door } = this.#by;
    const tellers = new Map<string | undefined, Teller | undefined>([[undefined, undefined]]);
    const entrants: Entrant[] = [];
    for (let index = 0; index < this.#arrivals.length; index++) {
      const arrival = this.#arrivals[index]!;
      const source = 'message' in arrival ? arrival.message.source : arrival.source;
      if (!tellers.has(source)) tellers.set(source, tellerOf(source!, catalog));
      const teller = tellers.get(source);
      const refused =
        'message' in arrival
          ? mayTell(arrival.message, { teller, identity, door, catalog })
          : arrival.rejection;
      if (refused !== undefined) {
        const countedUnder = identity ?? teller?.id ?? UNKNOWN_SOURCE;
        this.#refusals.push({ index, countedUnder, rejection: refused });
      } else if ('message' in arrival) entrants.push(enter(index, arrival, teller!, catalog));
    }
    return entrants;
  }

  /** Creates items that are not defined, if their source allows that; messages further on are then read with them. */
  async #makeItems(entrants: readonly Entrant[]): Promise<void> {
    const { catalog, desk } = this.#parts;
    const skus = new Set(entrants.flatMap(({ resolved }) => resolved.missing));
    const items = await desk.ensureItems([...skus]);
    const made = new Map<string, Item>();
    for (const entrant of entrants) {
      const { message, unknownItems, resolved } = entrant;
      const isWaiting = resolved.missing.length > 0 || waitsForAny(resolved, made);
      if (!isWaiting || resolved.refused !== undefined) continue;
      for (const sku of resolved.missing) {
        const item = items.get(sku);
        if (item !== undefined) made.set(sku, item);
      }
      entrant.resolved = resolveMessage(message, { catalog, made, unknownItems });
    }
  }

  /**
   * Records the messages that are the first of their streams all together; the others stream by stream, those of one
   * stream in order, and all streams at the same time.
   */
  async #record(entrants: readonly Entrant[]): Promise<void> {
    const { first, turns } = this.#parts;
    const turn = turns.open();
    const firsts: Entrant[] = [];
    const others = new Map<string, Entrant[]>();
    for (const entrant of entrants) {
      const { stream } = entrant;
      const known = others.size === 0 ? undefined : others.get(stream);
      if (known !== undefined) known.push(entrant);
      else if (first.mayTake(entrant) && turn.claim(stream)) firsts.push(entrant);
      else others.set(stream, [entrant]);
    }
    // Waits for all, even if some fail: nothing is to go on after the caller has its answer.
    const ended = await Promise.allSettled([this.#recordFirst(firsts, turn), ...this.#recordOthers(others)]);
    for (const end of ended) if (end.status === 'rejected') throw end.reason;
  }

  async #recordFirst(firsts: readonly Entrant[], turn: SharedTurn): Promise<void> {
    try {
      const again: Entrant[] = [];
      const results = await this.#parts.first.record(firsts);
      for (let place = 0; place < firsts.length; place++) {
        const recorded = results[place];
        if (recorded === undefined) again.push(firsts[place]!);
        else this.#settle(firsts[place]!, recorded);
      }
      if (again.length > 0) await this.#recordAgain(again);
    } finally {
      turn.end();
    }
  }

  /** Each by itself, for its stream was not new after all. We still have the turns at these streams. */
  async #recordAgain(entrants: readonly Entrant[]): Promise<void> {
    const work = entrants.map((entrant) => this.#recordInto(entrant.stream, [entrant]));
    const ended = await Promise.allSettled(work);
    for (const end of ended) if (end.status === 'rejected') throw end.reason;
  }

  #recordOthers(byStream: ReadonlyMap<string, readonly Entrant[]>): Promise<void>[] {
    const { turns } = this.#parts;
    return [...byStream].map(([stream, group]) => turns.take(stream, () => this.#recordInto(stream, group)));
  }

  async #recordInto(stream: string, group: readonly Entrant[]): Promise<void> {
    const results = await this.#parts.recorder.record(stream, group);
    for (let place = 0; place < results.length; place++) this.#settle(group[place]!, results[place]!);
  }

  #settle(entrant: Entrant, recorded: Recorded): void {
    const { index, message } = entrant;
    const { source, id } = message;
    if (recorded.outcome === 'recorded') {
      this.#outcomes[index] = recordedOutcome(recorded.data, recorded.fact);
    } else if (recorded.outcome === 'repeated') {
      const { position, recordedAt } = recorded.fact;
      this.#outcomes[index] = { outcome: 'duplicate', source, id, position, recordedAt };
      this.#repeats.push(entrant);
    } else this.#refusals.push({ index, countedUnder: source, rejection: recorded.rejection });
  }

  /** Writes the messages that had no effect: those of a source together, in the order in which they came. */
  async #writeIntake(): Promise<void> {
    const bySource = new Map<string, { readonly event: IntakeEvent; readonly index?: number }[]>();
    const eventsOf = (source: string) => {
      if (!bySource.has(source)) bySource.set(source, []);
      return bySource.get(source)!;
    };
    for (const [source, repeats] of Map.groupBy(inOrder(this.#repeats), ({ message }) => message.source)) {
      const messages = repeats.map(({ message }) => message);
      for (const event of repeatedEvents(source, messages)) eventsOf(source).push({ event });
    }
    for (const { index, countedUnder, rejection } of inOrder(this.#refusals)) {
      const terms = { countedUnder, door: this.#by.door };
      eventsOf(countedUnder).push({ event: rejectedEvent(this.#arrivals[index]!, rejection, terms), index });
    }
    const rejections = new Map(this.#refusals.map(({ index, rejection }) => [index, rejection]));
    await Promise.all(
      [...bySource].map(async ([source, events]) => {
        const written = await this.#parts.intake.write(
          source,
          events.map(({ event }) => event),
        );
        for (const [place, { index }] of events.entries()) {
          if (index === undefined) continue;
          this.#outcomes[index] = {
            outcome: 'rejected',
            ...arrivalName(this.#arrivals[index]!),
            ...written[place]!,
            error: rejections.get(index)!,
          };
        }
      }),
    );
  }
}

/** A message that may be told. */
interface Entrant extends FirstDraft {
  /** Index among the arrivals. */
  readonly index: number;
  readonly unknownItems: UnknownItems;
  resolved: ResolvedMessage;
}

interface Refusal {
  readonly index: number;
  readonly countedUnder: string;
  readonly rejection: Rejection;
}

function enter(index: number, arrival: MessageArrival, teller: Teller, catalog: CatalogView): Entrant {
  const { message } = arrival;
  const { unknownItems, isChannel: isByChannel } = teller;
  const resolved = resolveMessage(message, { catalog, unknownItems });
  return { index, stream: journalStreamOf(message), message, unknownItems, resolved, isByChannel, arrival };
}

const waitsForAny = ({ parked }: ResolvedMessage, made: ReadonlyMap<string, Item>): boolean =>
  made.size > 0 && parked.some(({ sku }) => sku !== undefined && made.has(sku));

const inOrder = <Entry extends { readonly index: number }>(entries: Entry[]): Entry[] =>
  entries.sort((a, b) => a.index - b.index);
