import { assert, type Instant } from '#kernel';
import type { Entry, ExceptionKind, Open } from '../entry.ts';
import type {
  FactRecorded,
  JournalEvent,
  OrderAnnounced,
  ParkedLine,
  ParkedLineDismissed,
  ParkedLinesReleased,
  ResolvedLine,
} from '../journal-event.ts';
import type { Message } from '../message.ts';
import type { OrderState } from '../order/order-state.ts';

/**
 * All that was told of one order, document or transfer, in the order in which it was recorded: the fold of
 * its journal stream, on which the next fact is decided. Changed in place by `evolveTold`.
 */
export interface ToldStream {
  /** Revision of the newest event applied; -1 before the first. */
  revision: number;
  /** Position and time of the newest event applied; both 0 before the first. */
  position: number;
  recordedAt: Instant;
  readonly facts: ToldFact[];
  /** Facts by name, once there are so many that searching them would be slow. */
  byName?: Map<string, ToldFact>;
  /** Lines over all facts, which say how costly it is to derive an order from them. */
  lineCount: number;
  /** For a long document, by revision: hashes of the names of facts that are no longer in `facts`; 0 for others. */
  outline?: number[];
  /** By name: facts of the outline that were read again. */
  recalled?: Map<string, ToldFact>;
  /** For an order: reservations that were confirmed for it before it was known to be placed. */
  announced?: readonly OrderAnnounced[];
  /** For an order: what its events said is open, in sequence; the last one of each line is what was posted. */
  opens?: Open[];
  /** The order derived from its facts so far, once it has been asked for. */
  order?: OrderState;
}

/** One accepted message as it is now: its parked lines may have been resolved or dismissed. */
export interface ToldFact {
  readonly message: Message;
  readonly lines: readonly HeldLine[];
  readonly parked: readonly ParkedLine[];
  /** Position and time are 0 from the decision until it is written. */
  position: number;
  recordedAt: Instant;
  readonly revision: number;
  readonly flags: readonly ExceptionKind[];
}

/** A line with the meaning it keeps, and the revision of the event that gave it. */
export type HeldLine = ResolvedLine & { readonly since: number };

/** The place of a journal event in its stream and in the log. */
export interface JournalPlace {
  readonly revision: number;
  readonly position: number;
  readonly recordedAt: Instant;
}

/** With more facts, names are looked up in a map. */
const FACTS_SEARCHED_MAX = 16;

export const emptyToldStream = (): ToldStream => ({
  revision: -1,
  position: 0,
  recordedAt: 0,
  facts: [],
  lineCount: 0,
});

/** How far a stream was told at some moment: facts added since can be forgotten again. */
interface ToldMark {
  readonly revision: number;
  readonly position: number;
  readonly recordedAt: Instant;
  readonly factCount: number;
  readonly lineCount: number;
  readonly openCount: number;
}

export const markOf = ({
  revision,
  position,
  recordedAt,
  facts,
  lineCount,
  opens,
}: ToldStream): ToldMark => ({
  revision,
  position,
  recordedAt,
  factCount: facts.length,
  lineCount,
  openCount: opens?.length ?? 0,
});

/** Forgets the facts added since; whatever else was told since stays. */
export function forgetSince(told: ToldStream, mark: ToldMark): void {
  told.revision = mark.revision;
  told.position = mark.position;
  told.recordedAt = mark.recordedAt;
  told.lineCount = mark.lineCount;
  told.opens?.splice(mark.openCount);
  delete told.order;
  for (const { message } of told.facts.splice(mark.factCount)) told.byName?.delete(factNameOf(message));
}

/** The fact of this name, if it is kept or recalled; (source, id) names a message within its order or document. */
export const toldFact = (told: ToldStream, source: string, id: string): ToldFact | undefined =>
  keptFact(told, source, id) ?? told.recalled?.get(`${source}:${id}`);

function keptFact(told: ToldStream, source: string, id: string): ToldFact | undefined {
  if (told.facts.length <= FACTS_SEARCHED_MAX) {
    return told.facts.find(({ message }) => message.id === id && message.source === source);
  }
  told.byName ??= new Map(told.facts.map((fact) => [factNameOf(fact.message), fact]));
  return told.byName.get(`${source}:${id}`);
}

/** Applies one event. Total: what is stored is a fact. */
export function evolveTold(told: ToldStream, event: JournalEvent, place: JournalPlace): void {
  told.revision = place.revision;
  told.position = place.position;
  told.recordedAt = place.recordedAt;
  delete told.order;
  if (event.type === 'ParkedLinesReleased') release(told, event.data, place.revision);
  else if (event.type === 'ParkedLineDismissed') dismiss(told, event.data);
  else if (event.type === 'OrderAnnounced') announce(told, event.data);
  else addFact(told, event.data, place);
  if ('entries' in event.data) addOpens(told, event.data.entries);
}

function addOpens(told: ToldStream, entries: readonly Entry[]): void {
  for (const entry of entries) if (entry.kind === 'open') (told.opens ??= []).push(entry);
}

function addFact(told: ToldStream, data: FactRecorded, place: JournalPlace): void {
  const fact = factOf(data, place);
  told.facts.push(fact);
  told.byName?.set(factNameOf(fact.message), fact);
  told.lineCount += Math.max(1, data.message.data.lines?.length ?? 0);
}

function announce(told: ToldStream, announced: OrderAnnounced): void {
  told.announced = withAnnounced(told, announced);
  told.lineCount += announced.lines.length;
}

/** Sorted by id, so that it does not matter which was confirmed first. */
export const withAnnounced = (
  { announced = [] }: ToldStream,
  another: OrderAnnounced,
): readonly OrderAnnounced[] =>
  [...announced, another].sort((a, b) => (a.reservationId < b.reservationId ? -1 : 1));

/** The fact as it was told, before any of its parked lines was released. */
export const factOf = (
  { message, lines, parked, flags }: FactRecorded,
  { position, recordedAt, revision }: JournalPlace,
): ToldFact => ({
  message,
  lines: heldLines(lines, revision),
  parked,
  position,
  recordedAt,
  revision,
  flags,
});

function release(
  told: ToldStream,
  { source, id, lines, rejected }: ParkedLinesReleased,
  since: number,
): void {
  const gone = new Set([...lines, ...rejected].map(({ index }) => index));
  replace(told, source, id, (fact) => withReleased(fact, heldLines(lines, since), gone));
}

function dismiss(told: ToldStream, { source, id, index }: ParkedLineDismissed): void {
  replace(told, source, id, (fact) => withReleased(fact, [], new Set([index])));
}

/** The fact with these lines resolved, and the `gone` indexes no longer parked. */
export function withReleased(
  fact: ToldFact,
  lines: readonly HeldLine[],
  gone: ReadonlySet<number>,
): ToldFact {
  return {
    ...fact,
    lines: [...fact.lines, ...lines].sort((a, b) => a.index - b.index),
    parked: fact.parked.filter(({ index }) => !gone.has(index)),
  };
}

export const heldLines = (lines: readonly ResolvedLine[], since: number): readonly HeldLine[] =>
  lines.map(({ index, sku, quantity, components }) => ({ index, sku, quantity, components, since }));

function replace(told: ToldStream, source: string, id: string, change: (fact: ToldFact) => ToldFact): void {
  const place = told.facts.findIndex(({ message }) => message.id === id && message.source === source);
  assert(place >= 0, `a fact ${source}:${id} before its parked lines`);
  const fact = change(told.facts[place]!);
  told.facts[place] = fact;
  told.byName?.set(factNameOf(fact.message), fact);
}

/** Unambiguous: a source id has no `:`. */
export const factNameOf = ({ source, id }: Message): string => `${source}:${id}`;
