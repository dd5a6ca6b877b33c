import { few } from '#kernel';
import type { CatalogView } from '../catalog/catalog-types.ts';
import type { ParkedLine, ResolvedLine } from '../journal-event.ts';
import type { Message } from '../message.ts';
import type { Rejection } from '../rejection.ts';
import { type LineContext, resolveLine } from './resolve-line.ts';
import { linesOf, locationsOf } from './told-message.ts';

/** What a message means according to the present catalog. */
export interface ResolvedMessage {
  readonly lines: readonly ResolvedLine[];
  readonly parked: readonly ParkedLine[];
  /** SKUs of items to be created before the message is posted; if there are any, `lines` is not complete. */
  readonly missing: readonly string[];
  /** True if it posts, or promises, at a location that is not active. */
  readonly isInactive: boolean;
  /** A line breaks a rule of its item: the message is refused as a whole. */
  readonly refused?: Rejection;
}

/** Reads all lines of a message. */
export function resolveMessage(message: Message, context: LineContext): ResolvedMessage {
  const { unknown, isInactive } = lookAtLocations(message, context.catalog);
  const lines = few<ResolvedLine>();
  let parked: ParkedLine[] | undefined;
  let missing: string[] | undefined;
  let refused: Rejection | undefined;
  const count = linesOf(message).length;
  for (let index = 0; index < count && refused === undefined; index++) {
    const meaning = resolveLine(message, index, context, unknown);
    if (meaning.kind === 'resolved') lines.push(meaning.line);
    else if (meaning.kind === 'parked') (parked ??= []).push(meaning.line);
    else if (meaning.kind === 'missing') (missing ??= []).push(meaning.sku);
    else refused = meaning.rejection;
  }
  return { lines, parked: parked ?? NO_PARKED, missing: missing ?? NONE, isInactive, refused };
}

const NO_PARKED: readonly ParkedLine[] = [];
const NONE: readonly string[] = [];

/** What became of parked lines when they were read again. */
export interface ReleasedLines {
  readonly lines: readonly ResolvedLine[];
  readonly refused: readonly { readonly index: number; readonly rejection: Rejection }[];
  readonly missing: readonly string[];
  readonly isInactive: boolean;
  /** Those that still wait, for what they wait now: the set-up may have changed since they were parked. */
  readonly waiting: readonly ParkedLine[];
}

/** Reads parked lines of a message again. */
export function resolveParked(
  message: Message,
  parked: readonly ParkedLine[],
  context: LineContext,
): ReleasedLines {
  const { unknown, isInactive } = lookAtLocations(message, context.catalog);
  const lines: ResolvedLine[] = [];
  const refused: { index: number; rejection: Rejection }[] = [];
  const missing: string[] = [];
  const waiting: ParkedLine[] = [];
  for (const { index } of parked) {
    const meaning = resolveLine(message, index, context, unknown);
    if (meaning.kind === 'resolved') lines.push(meaning.line);
    else if (meaning.kind === 'missing') missing.push(meaning.sku);
    else if (meaning.kind === 'refused') refused.push({ index, rejection: meaning.rejection });
    else waiting.push(meaning.line);
  }
  return { lines, refused, missing, isInactive, waiting };
}

function lookAtLocations(
  message: Message,
  catalog: CatalogView,
): { readonly unknown: readonly string[]; readonly isInactive: boolean } {
  let unknown = NONE;
  let isInactive = false;
  for (const id of locationsOf(message)) {
    const location = catalog.location(id);
    if (location === undefined) unknown = [...unknown, id];
    else if (!location.active) isInactive ||= postsAt(message, id);
  }
  return { unknown, isInactive: isInactive || isPinnedInactive(message, catalog) };
}

/** False if the message only names the location: goods are expected there, go there, or came from there. */
function postsAt({ type, data }: Message, location: string): boolean {
  if (type === 'stock.expected') return false;
  if (type === 'transfer.shipped') return location === data.from;
  return type !== 'transfer.received' || location === data.to;
}

/** True if an order wants a line promised at a location that is not active. */
function isPinnedInactive(message: Message, catalog: CatalogView): boolean {
  if (message.type !== 'order.placed' && message.type !== 'order.changed') return false;
  for (const { location, quantity } of message.data.lines) {
    if (location !== undefined && quantity > 0 && catalog.location(location)?.active === false) return true;
  }
  return false;
}
