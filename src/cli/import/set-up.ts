import type { Mapping } from '#intake';
import { isRejection, type Rejection } from '#inventory';
import { tellerOf, unknownSource } from '#journal';
import type { OnHand } from '../../service.ts';
import { CommandRefused } from '../problem.ts';

/** What a put of the catalog's desk answers with, as far as it matters here. */
type Done = { readonly position: number } | Rejection;

interface Words {
  readonly mapping: Mapping | undefined;
  readonly source: string | undefined;
}

/** Who is registered by the import itself: a mapping declares who tells by it. Undefined where nobody is. */
export const declaredTeller = ({ mapping, source }: Words): string | undefined =>
  mapping && (source ?? mapping.source.id);

/** A name misspelt would be another's: all that was told before would be told anew. */
export function refuseUnknownTeller({ rooms: { catalog } }: OnHand, words: Words): void {
  const { source } = words;
  if (source === undefined || declaredTeller(words) !== undefined) return;
  if (tellerOf(source, catalog) === undefined) throw new CommandRefused(unknownSource(source));
}

/**
 * Registers who tells by a mapping and the locations that it speaks of, where they are not there yet; what is there
 * is left as it is. Resolves when messages can name them.
 */
export async function setUpFor(onhand: OnHand, words: Words): Promise<void> {
  const { mapping } = words;
  if (mapping === undefined) return;
  const { catalog, catalogDesk, projector } = onhand.rooms;
  let newest = 0;
  const done = (answer: Done): void => {
    if (isRejection(answer)) throw new CommandRefused(answer);
    newest = Math.max(newest, answer.position);
  };
  const teller = words.source ?? mapping.source.id;
  if (tellerOf(teller, catalog) === undefined) {
    done(await catalogDesk.putSource({ ...mapping.source, id: teller }));
  }
  for (const location of mapping.locations ?? []) {
    if (catalog.location(location.id) === undefined)
      done(await catalogDesk.putLocation({ ...location, active: true }));
  }
  if (newest > 0) await projector.waitFor(newest, SEEN_WITHIN_MS);
}

/** Far longer than it takes. */
const SEEN_WITHIN_MS = 30_000;
