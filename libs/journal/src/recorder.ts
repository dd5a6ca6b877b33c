import {
  appendSurely,
  AppendTooLarge,
  type EventStore,
  type NewEvent,
  newEventId,
  StoreUnavailable,
} from '#event-store';
import {
  type Arrival,
  emptyToldStream,
  evolveTold,
  FACT_EVENT_TYPES,
  type FactDecision,
  type FactRecorded,
  forgetSince,
  isOrderMessage,
  isTransferMessage,
  markOf,
  type Message,
  type Reading,
  recordFact,
  type Rejection,
  type ToldFact,
  type ToldStream,
} from '#inventory';
import { RACES_MAX } from './change-stream.ts';
import type { Written } from './outcome.ts';
import { rawWords } from './raw-words.ts';
import type { ToldStreams } from './told-streams.ts';

export type MessageArrival = Extract<Arrival, { readonly message: unknown }>;

/** A message that is to be recorded. */
export interface Draft extends Reading {
  /** Its `raw` is read only if a line is parked, so it may be a getter that makes it. */
  readonly arrival: MessageArrival;
}

/** What came of a draft, and where it was written; for `repeated`, where the first copy was. */
export type Recorded =
  | { readonly outcome: 'recorded'; readonly data: FactRecorded; readonly fact: Written }
  | { readonly outcome: 'repeated'; readonly fact: Written }
  | { readonly outcome: 'rejected'; readonly rejection: Rejection };

/**
 * Records messages in their stream: load, decide, append. A stream that is not remembered is assumed to be new, for
 * most are; it is read only after a conflict. Callers give each stream one turn at a time.
 */
export class Recorder {
  readonly #store: EventStore;
  readonly #streams: ToldStreams;

  constructor(store: EventStore, streams: ToldStreams) {
    this.#store = store;
    this.#streams = streams;
  }

  /** What came of each, in order; all of it is durable. Throws what the store throws. */
  async record(stream: string, drafts: readonly Draft[]): Promise<Recorded[]> {
    const recorded: Recorded[] = [];
    const attempt = new Attempt(drafts);
    let told = this.#streams.take(stream) ?? emptyToldStream();
    // A message that its item's rules refuse may still repeat one that was accepted under older rules.
    if (drafts.some(({ resolved }) => resolved.refused)) await this.#streams.readOn(stream, told);
    for (let races = 0; recorded.length < drafts.length;) {
      if (told.outline !== undefined) await this.#streams.recall(stream, told, drafts.slice(recorded.length));
      const round = attempt.decide(told, recorded.length);
      try {
        const actual = round.events.length === 0 ? undefined : await this.#append(stream, told, round);
        if (actual === undefined) {
          for (const result of round.results) recorded.push(result);
          continue;
        }
        if (++races > RACES_MAX) throw new StoreUnavailable(`${stream}: lost ${races} append races.`);
        if (actual > round.before.revision) forgetSince(told, round.before);
        else told = emptyToldStream();
        await this.#streams.readOn(stream, told, actual);
      } catch (fault) {
        if (!(fault instanceof AppendTooLarge)) throw fault;
        forgetSince(told, round.before);
        attempt.shrink(round);
      }
    }
    if (mayBeToldOf(told)) this.#streams.put(stream, told);
    return recorded;
  }

  /** Undefined once written; the actual revision if another process was faster. */
  #append(stream: string, told: ToldStream, { events, facts, before }: Round): Promise<number | undefined> {
    return appendSurely(this.#store, stream, before.revision, events).then((outcome) => {
      if (outcome.outcome === 'conflict') return outcome.actualRevision;
      const { positions, recordedAt } = outcome;
      for (let index = 0; index < facts.length; index++) {
        facts[index]!.position = positions[index]!;
        facts[index]!.recordedAt = recordedAt;
      }
      told.position = positions.at(-1)!;
      told.recordedAt = recordedAt;
      return undefined;
    });
  }
}

/** Most documents are told in one message: only streams told in parts are worth remembering. */
function mayBeToldOf({ facts, outline }: ToldStream): boolean {
  const [first] = facts;
  if (outline !== undefined) return true;
  return first !== undefined && (facts.length > 1 || isToldInParts(first.message));
}

/** True for orders and transfers, of which more is told later. */
export const isToldInParts = (message: Message): boolean =>
  isOrderMessage(message) || isTransferMessage(message);

/** One attempt to write the next few drafts. */
interface Round {
  readonly before: ReturnType<typeof markOf>;
  readonly results: readonly Recorded[];
  readonly events: readonly NewEvent[];
  readonly facts: readonly ToldFact[];
}

/** Cuts the drafts of one stream into appends that are not too large. */
class Attempt {
  readonly #drafts: readonly Draft[];
  /** Drafts too large for an append of their own: first their raw text is left out, then they are refused. */
  #tooLarge: Map<Draft, 'with raw' | 'at all'> | undefined;
  #roundMax = Number.POSITIVE_INFINITY;

  constructor(drafts: readonly Draft[]) {
    this.#drafts = drafts;
  }

  /** Decides on drafts from `start` on, as many as one append may carry; `told` then has their facts. */
  decide(told: ToldStream, start: number): Round {
    const before = markOf(told);
    const results: Recorded[] = [];
    const events: NewEvent[] = [];
    const facts: ToldFact[] = [];
    const end = Math.min(this.#drafts.length, start + this.#roundMax);
    for (let index = start; index < end; index++) {
      const draft = this.#drafts[index]!;
      const decision = this.#decideOne(told, draft);
      if (decision.outcome !== 'recorded') {
        results.push(decision);
        continue;
      }
      const event = { id: newEventId(), type: FACT_EVENT_TYPES[draft.message.type], data: decision.data };
      evolveTold(told, event, { revision: told.revision + 1, position: 0, recordedAt: 0 });
      const fact = told.facts.at(-1)!;
      results.push({ outcome: 'recorded', data: decision.data, fact });
      events.push(event);
      facts.push(fact);
    }
    return { before, results, events, facts };
  }

  shrink({ events, results }: Round): void {
    if (events.length > 1) {
      this.#roundMax = Math.max(1, Math.floor(results.length / 2));
      return;
    }
    const draft = this.#drafts.find(({ message }) => message === (events[0]!.data as FactRecorded).message)!;
    const isParked = draft.resolved.parked.length > 0;
    this.#tooLarge ??= new Map();
    this.#tooLarge.set(draft, isParked && !this.#tooLarge.has(draft) ? 'with raw' : 'at all');
  }

  #decideOne(told: ToldStream, draft: Draft): FactDecision {
    const decision = recordFact(told, draft);
    if (decision.outcome !== 'recorded') return decision;
    const tooLarge = this.#tooLarge?.get(draft);
    if (tooLarge === 'at all') return { outcome: 'rejected', rejection: EFFECT_TOO_LARGE };
    if (decision.data.parked.length === 0 || tooLarge === 'with raw') return decision;
    const { text, encoding } = rawWords(draft.arrival.raw);
    return { outcome: 'recorded', data: { ...decision.data, raw: { text, encoding } } };
  }
}

/** The entries of a message are stored with it, in one event. */
const EFFECT_TOO_LARGE: Rejection = {
  code: 'MESSAGE_TOO_LARGE',
  detail:
    'The changes of stock that its lines make are too many for one record. Split it into messages with fewer lines.',
  pointer: '/data/lines',
};
