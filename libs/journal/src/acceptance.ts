import {
  type Arrival,
  type CatalogView,
  type IntakeEvent,
  type Item,
  journalStreamOf,
  type Rejection,
  resolveMessage,
} from '#inventory';
import { rejectedEvent, repeatedEvents } from './intake-events.ts';
import type { IntakeLog } from './intake-log.ts';
import { type Outcome, recordedOutcome } from './outcome.ts';
import type { Draft, MessageArrival, Recorded, Recorder } from './recorder.ts';
import { mayTell, type Teller, tellerOf, UNKNOWN_SOURCE } from './teller.ts';
import type { Turns } from '#kernel';

/** What the journal asks of the catalog's desk. */
export interface ItemMaker {
  /** The items of these SKUs; those that are not there are made. */
  ensureItems(skus: readonly string[]): Promise<ReadonlyMap<string, Item>>;
}

/** Who brings messages. */
export interface Bringer {
  /** `http`, `file:…`: kept with what is rejected. */
  readonly door: string;
  /** The key's own channel or source; absent for an admin, who tells for all. */
  readonly identity?: string;
}

export interface AcceptanceParts {
  readonly catalog: CatalogView;
  readonly desk: ItemMaker;
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
  readonly #repeats: Repeat[] = [];
  readonly #refusals: Refusal[] = [];

  constructor(parts: AcceptanceParts, arrivals: readonly Arrival[], by: Bringer) {
    this.#parts = parts;
    this.#arrivals = arrivals;
    this.#by = by;
    this.#outcomes = new Array<Outcome>(arrivals.length);
  }

  async run(): Promise<Outcome[]> {
    const entrants = this.#sort();
    if (entrants.some(({ draft }) => draft.resolved.missing.length > 0)) await this.#makeItems(entrants);
    await this.#record(entrants);
    if (this.#repeats.length > 0 || this.#refusals.length > 0) await this.#writeIntake();
    return this.#outcomes;
  }

  /** Messages that may be told, with what their lines mean. */
  #sort(): Entrant[] {
    const { catalog } = this.#parts;
    const tellers = new Map<string | undefined, Teller | undefined>([[undefined, undefined]]);
    const entrants: Entrant[] = [];
    for (let index = 0; index < this.#arrivals.length; index++) {
      const arrival = this.#arrivals[index]!;
      const source = 'message' in arrival ? arrival.message.source : arrival.source;
      if (!tellers.has(source)) tellers.set(source, tellerOf(source!, catalog));
      const teller = tellers.get(source);
      const refused =
        'message' in arrival
          ? mayTell(arrival.message, { teller, identity: this.#by.identity, catalog })
          : arrival.rejection;
      if (refused !== undefined) {
        const countedUnder = this.#by.identity ?? teller?.id ?? UNKNOWN_SOURCE;
        this.#refusals.push({ index, countedUnder, rejection: refused });
      } else if ('message' in arrival) entrants.push(enter(index, arrival, teller!, catalog));
    }
    return entrants;
  }

  /** Items that nobody defined, where their source lets them be made by being told. */
  async #makeItems(entrants: Entrant[]): Promise<void> {
    const { catalog, desk } = this.#parts;
    const skus = new Set(entrants.flatMap(({ draft }) => draft.resolved.missing));
    const made = await desk.ensureItems([...skus]);
    for (const entrant of entrants) {
      const { message, resolved } = entrant.draft;
      if (resolved.missing.length === 0 || resolved.refused !== undefined) continue;
      const context = { catalog, made, unknownItems: 'create' } as const;
      entrant.draft = { ...entrant.draft, resolved: resolveMessage(message, context) };
    }
  }

  /** Each stream's messages in one go, one after the other; all streams at once. */
  async #record(entrants: readonly Entrant[]): Promise<void> {
    const byStream = new Map<string, Entrant[]>();
    for (const entrant of entrants) {
      const others = byStream.get(entrant.stream);
      if (others === undefined) byStream.set(entrant.stream, [entrant]);
      else others.push(entrant);
    }
    const { recorder, turns } = this.#parts;
    let failed: { readonly cause: unknown } | undefined;
    const fail = (cause: unknown): void => {
      failed ??= { cause };
    };
    const work: Promise<void>[] = [];
    for (const [stream, group] of byStream) {
      const drafts = group.map(({ draft }) => draft);
      const recorded = turns.take(stream, () => recorder.record(stream, drafts));
      work.push(recorded.then((results) => this.#settle(group, results), fail));
    }
    await Promise.all(work); // Also where some failed: nothing goes on behind the caller's back.
    if (failed !== undefined) throw failed.cause;
  }

  #settle(group: readonly Entrant[], results: readonly Recorded[]): void {
    for (let place = 0; place < results.length; place++) {
      const recorded = results[place]!;
      const { index, draft } = group[place]!;
      const { source, id } = draft.message;
      if (recorded.outcome === 'recorded') {
        this.#outcomes[index] = recordedOutcome(recorded.data, recorded.fact);
      } else if (recorded.outcome === 'repeated') {
        const { position, recordedAt } = recorded.fact;
        this.#outcomes[index] = { outcome: 'duplicate', source, id, position, recordedAt };
        this.#repeats.push({ index, draft });
      } else this.#refusals.push({ index, countedUnder: source, rejection: recorded.rejection });
    }
  }

  /** What took no effect, each source's in one go and in the order in which it came. */
  async #writeIntake(): Promise<void> {
    const bySource = new Map<string, { readonly event: IntakeEvent; readonly index?: number }[]>();
    const eventsOf = (source: string) => {
      if (!bySource.has(source)) bySource.set(source, []);
      return bySource.get(source)!;
    };
    for (const [source, repeats] of Map.groupBy(
      inOrder(this.#repeats),
      ({ draft }) => draft.message.source,
    )) {
      const messages = repeats.map(({ draft }) => draft.message);
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
            ...nameOf(this.#arrivals[index]!),
            ...written[place]!,
            error: rejections.get(index)!,
          };
        }
      }),
    );
  }
}

/** A message that may be told. */
interface Entrant {
  /** Among the arrivals. */
  readonly index: number;
  readonly stream: string;
  draft: Draft;
}

interface Repeat {
  readonly index: number;
  readonly draft: Draft;
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
  return { index, stream: journalStreamOf(message), draft: { message, resolved, isByChannel, arrival } };
}

const inOrder = <Entry extends { readonly index: number }>(entries: Entry[]): Entry[] =>
  entries.sort((a, b) => a.index - b.index);

function nameOf(arrival: Arrival): { readonly source?: string; readonly id?: string } {
  const { source, id } = 'message' in arrival ? arrival.message : arrival;
  return { ...(source !== undefined && { source }), ...(id !== undefined && { id }) };
}
