import type { Quantity } from '#kernel';
import type { ExceptionName } from './item-event.ts';
import type { ItemState, OpenException } from './item-state.ts';

/** With fewer exceptions all of them are looked at: that costs less than to keep their order. */
const EXCEPTIONS_FEW_MAX = 100;
/** Hints of oversells that are closed are passed over when they are met; beyond this many more all hints are dropped. */
const SPARE_HINTS_MAX = 1_000;

type Exceptions = ItemState['exceptions'];

/** That this oversell was opened. It may be closed, and even be another one now. */
interface Hint {
  readonly key: string;
  readonly opened: OpenException;
}

/** The oversells of one location. */
interface Oversells {
  /** Those opened first at the beginning. */
  readonly hints: Hint[];
  /** Those before it were passed over. */
  first: number;
  /** What all of them tell as missing. */
  missing: Quantity;
  hintsMax: number;
}

/**
 * By location. Kept beside the state, and not in it, for it can be made anew from it at any time. Only where an item was seen to
 * have many exceptions: whatever comes or goes there asks for the oversells opened first.
 */
const KEPT = new WeakMap<Exceptions, Map<string, Oversells>>();

/** What all oversells there tell as missing. */
export const missingAt = (exceptions: Exceptions, location: string): Quantity =>
  kept(exceptions).get(location)?.missing ?? 0;

/** The keys of the open oversells there, those opened first at the beginning. Any may be changed or closed meanwhile. */
export function* oversellsAt(exceptions: Exceptions, location: string): Generator<string> {
  const oversells = kept(exceptions).get(location);
  if (oversells === undefined) return;
  const isOpen = ({ key, opened }: Hint): boolean => exceptions[key] === opened;
  const { hints } = oversells;
  while (oversells.first < hints.length && !isOpen(hints[oversells.first]!)) oversells.first++;
  for (let index = oversells.first; index < hints.length; index++) {
    if (isOpen(hints[index]!)) yield hints[index]!.key;
  }
}

/** To be called after an exception was opened. */
export function noteOpened(
  exceptions: Exceptions,
  { kind, location = '' }: ExceptionName,
  key: string,
): void {
  const known = kind === 'oversell' ? KEPT.get(exceptions) : undefined;
  if (known === undefined) return;
  const oversells = known.get(location);
  if (oversells?.hints.length === oversells?.hintsMax) KEPT.delete(exceptions);
  else add(known, location, key, exceptions[key]!);
}

/** To be called when a quantity changes by so much; a closed one loses all of it. */
export function noteMissing(
  exceptions: Exceptions,
  { kind, location = '' }: ExceptionName,
  by: Quantity,
): void {
  const oversells = kind === 'oversell' ? KEPT.get(exceptions)?.get(location) : undefined;
  if (oversells !== undefined) oversells.missing += by;
}

const kept = (exceptions: Exceptions): Map<string, Oversells> => KEPT.get(exceptions) ?? make(exceptions);

/** Exceptions are in the sequence in which they were opened. Kept only if there are many. */
function make(exceptions: Exceptions): Map<string, Oversells> {
  const made = new Map<string, Oversells>();
  let count = 0;
  for (const key in exceptions) {
    count++;
    if (key.startsWith(PREFIX)) add(made, locationOf(key), key, exceptions[key]!);
  }
  for (const oversells of made.values()) oversells.hintsMax = 2 * oversells.hints.length + SPARE_HINTS_MAX;
  if (count > EXCEPTIONS_FEW_MAX) KEPT.set(exceptions, made);
  return made;
}

function add(to: Map<string, Oversells>, location: string, key: string, opened: OpenException): void {
  let oversells = to.get(location);
  if (oversells === undefined) {
    oversells = { hints: [], first: 0, missing: 0, hintsMax: SPARE_HINTS_MAX };
    to.set(location, oversells);
  }
  oversells.hints.push({ key, opened });
  oversells.missing += opened.quantity;
}

const PREFIX = 'oversell/';
const locationOf = (key: string): string => key.slice(PREFIX.length, key.indexOf('/', PREFIX.length));
