import type { ListingNumber } from '#availability';
import type { ComponentTerms, PolicyTerm, RecordedItemEvent, Term } from '#inventory';
import type { Instant, Quantity } from '#kernel';
import { type Evidence, evidenceOf, toEvidence } from './evidence.ts';
import { ListingReplay, type ReplayParts } from './listing-replay.ts';

/** A term with the stored events that it rests on. */
type EvidencedTerm = Term & { readonly events: readonly Evidence[] };

export interface EvidencedExplanation {
  readonly available: Quantity;
  readonly version: number;
  readonly terms: readonly EvidencedTerm[];
  readonly policies: readonly PolicyTerm[];
  /** Only for a kit. */
  readonly components?: readonly (Omit<ComponentTerms, 'terms'> & {
    readonly terms: readonly EvidencedTerm[];
  })[];
}

/** Why a number changed: the deltas sum to the difference. */
export interface Changes {
  readonly from: { readonly at: Instant; readonly available: Quantity };
  readonly to: { readonly at: Instant; readonly available: Quantity };
  readonly changes: readonly Change[];
}

export interface Change {
  readonly cause: ListingNumber['reason'];
  /** Signed. */
  readonly delta: Quantity;
  readonly events: readonly Evidence[];
}

/** Events whose messages are looked up in the log at the same time. */
const NAMED_AT_ONCE = 50;

/** One listing's number through time: what the channel was told at a moment, and why. */
export class ListingHistory {
  readonly #parts: ReplayParts;

  constructor(parts: ReplayParts) {
    this.#parts = parts;
  }

  /** The last number recorded at or before `knownAt`; undefined if there was no such listing yet. */
  async numberAt(channel: string, listing: string, knownAt: Instant): Promise<ListingNumber | undefined> {
    return this.#replay(channel, listing, async (replay) => {
      await replay.runTo(knownAt);
      return replay.numbers.at(-1);
    });
  }

  /** How the number was made up at `knownAt` (absent: now), down to the stored events. */
  async explainAt(
    channel: string,
    listing: string,
    knownAt: Instant = Number.POSITIVE_INFINITY,
  ): Promise<EvidencedExplanation | undefined> {
    return this.#replay(channel, listing, async (replay) => {
      await replay.runTo(knownAt);
      const explanation = replay.explain();
      if (!explanation) return undefined;
      const { available, version, sku, isOffered, policies, terms, components } = explanation;
      return {
        available,
        version,
        terms: isOffered
          ? await this.#withEvidence(replay, sku, terms)
          : await this.#withCause(replay, terms),
        policies,
        ...(components && { components: await this.#componentsWithEvidence(replay, components) }),
      };
    });
  }

  /** The number at both moments, and every change between them. */
  async changes(channel: string, listing: string, from: Instant, to: Instant): Promise<Changes> {
    return this.#replay(channel, listing, async (replay) => {
      await replay.runTo(from);
      const before = replay.numbers.length;
      const first = replay.numbers.at(-1)?.available ?? 0;
      await replay.runTo(to);
      const changes: Change[] = [];
      let available = first;
      for (const number of replay.numbers.slice(before)) {
        const delta = number.available - available;
        ({ available } = number);
        if (delta !== 0)
          changes.push({ cause: number.reason, delta, events: await this.#cause(replay, number) });
      }
      return { from: { at: from, available: first }, to: { at: to, available }, changes };
    });
  }

  /** Every term rests on the one event that caused the number. */
  async #withCause(replay: ListingReplay, terms: readonly Term[]): Promise<readonly EvidencedTerm[]> {
    const number = replay.numbers.at(-1);
    const events = number === undefined ? [] : await this.#cause(replay, number);
    return terms.map((term) => ({ ...term, events }));
  }

  async #cause(replay: ListingReplay, { version }: ListingNumber): Promise<readonly Evidence[]> {
    const event = replay.eventAt(version);
    return [event ? await toEvidence(this.#parts.store, event) : { position: version, message: null }];
  }

  async #componentsWithEvidence(
    replay: ListingReplay,
    components: readonly ComponentTerms[],
  ): Promise<NonNullable<EvidencedExplanation['components']>> {
    return Promise.all(
      components.map(async (component) => ({
        ...component,
        terms: await this.#withEvidence(replay, component.sku, component.terms),
      })),
    );
  }

  async #withEvidence(
    replay: ListingReplay,
    sku: string,
    terms: readonly Term[],
  ): Promise<readonly EvidencedTerm[]> {
    const state = replay.itemState(sku);
    const events = replay.eventsOf(sku);
    return Promise.all(
      terms.map(async (term) => {
        const behind = state ? evidenceOf(term, events, state) : [];
        return { ...term, events: await this.#named(behind) };
      }),
    );
  }

  /** A few at a time: each may read from the log, and all at once would take one long turn of the event loop. */
  async #named(events: readonly RecordedItemEvent[]): Promise<readonly Evidence[]> {
    const named: Evidence[] = [];
    for (let from = 0; from < events.length; from += NAMED_AT_ONCE) {
      const some = events.slice(from, from + NAMED_AT_ONCE);
      named.push(...(await Promise.all(some.map((event) => toEvidence(this.#parts.store, event)))));
    }
    return named;
  }

  async #replay<Answer>(
    channel: string,
    listing: string,
    ask: (replay: ListingReplay) => Promise<Answer>,
  ): Promise<Answer> {
    const replay = await ListingReplay.open(this.#parts, channel, listing);
    try {
      return await ask(replay);
    } finally {
      replay.close();
    }
  }
}
