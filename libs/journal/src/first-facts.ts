import {
  type Append,
  appendManySurely,
  AppendTooLarge,
  type EventStore,
  newEventId,
  NO_STREAM,
  type SureOutcome,
} from '#event-store';
import {
  emptyToldStream,
  evolveTold,
  FACT_EVENT_TYPES,
  type FactRecorded,
  type JournalEvent,
  recordFact,
  type ToldStream,
} from '#inventory';
import { type Draft, isToldInParts, type Recorded } from './recorder.ts';
import type { ToldStreams } from './told-streams.ts';

/** A message with the stream that it belongs to. */
export interface FirstDraft extends Draft {
  readonly stream: string;
}

/**
 * Records messages that are the first of their order or document, as nearly all are: they are all
 * decided in one pass and go to the store together. Callers must have the turn at each of the streams.
 */
export class FirstFacts {
  readonly #store: EventStore;
  readonly #streams: ToldStreams;

  constructor(store: EventStore, streams: ToldStreams) {
    this.#store = store;
    this.#streams = streams;
  }

  /** True if it may be one: its stream is not remembered, and it is neither refused nor parked. */
  mayTake({ stream, resolved }: FirstDraft): boolean {
    return resolved.refused === undefined && resolved.parked.length === 0 && !this.#streams.has(stream);
  }

  /**
   * What came of each, durably. Undefined for a draft that has to be recorded by itself, because its stream was not
   * new, or because all together were too much for one append. Throws what the store throws.
   */
  async record(drafts: readonly FirstDraft[]): Promise<readonly (Recorded | undefined)[]> {
    const facts: FactRecorded[] = [];
    const appends: Append[] = [];
    for (const draft of drafts) {
      const decision = recordFact(isToldInParts(draft.message) ? emptyToldStream() : NOTHING_TOLD, draft);
      if (decision.outcome !== 'recorded') return drafts.map(() => undefined);
      const { data } = decision;
      facts.push(data);
      const event = { id: newEventId(), type: FACT_EVENT_TYPES[draft.message.type], data };
      appends.push({ stream: draft.stream, expectedRevision: NO_STREAM, events: [event] });
    }
    try {
      const outcomes = await appendManySurely(this.#store, appends);
      return outcomes.map((outcome, index) => this.#recorded(drafts[index]!, facts[index]!, outcome));
    } catch (fault) {
      if (!(fault instanceof AppendTooLarge)) throw fault;
      return drafts.map(() => undefined);
    }
  }

  #recorded({ stream, message }: FirstDraft, data: FactRecorded, outcome: SureOutcome): Recorded | undefined {
    if (outcome.outcome === 'conflict') return undefined;
    const fact = { position: outcome.positions[0]!, recordedAt: outcome.recordedAt };
    if (isToldInParts(message)) {
      const told = emptyToldStream();
      const event: JournalEvent = { type: FACT_EVENT_TYPES[message.type], data };
      evolveTold(told, event, { revision: 0, ...fact });
      this.#streams.put(stream, told);
    }
    return { outcome: 'recorded', data, fact };
  }
}

/** For documents of which nothing was told before. It is shared, because decisions only read it. */
const NOTHING_TOLD: ToldStream = emptyToldStream();
