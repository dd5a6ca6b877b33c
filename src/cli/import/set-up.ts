import type { Mapping } from '#intake';
import { isRejection, type Rejection } from '#inventory';
import { tellerOf } from '#journal';
import type { OnHand } from '../../service.ts';
import { CommandRefused } from '../problem.ts';

/** What a put of the catalog's desk answers with, as far as it matters here. */
type Done = { readonly position: number } | Rejection;

interface Words {
  readonly mapping: Mapping | undefined;
  readonly source: string | undefined;
}

/** Who tells what does not say whose it is; undefined where each line does. */
export const tellerOfFile = ({ mapping, source }: Words): string | undefined => source ?? mapping?.source.id;

/** The same, where nobody of that name is registered yet: to be shown, for it may be another's name misspelt. */
export function newTellerOf({ rooms: { catalog } }: OnHand, words: Words): string | undefined {
  const teller = tellerOfFile(words);
  return teller !== undefined && tellerOf(teller, catalog) === undefined ? teller : undefined;
}

/**
 * Registers who tells the file and the locations that it speaks of, where they are not there yet; what is there
 * is left as it is. Resolves when messages can name them.
 */
export async function setUpFor(onhand: OnHand, words: Words): Promise<void> {
  const { mapping } = words;
  const { catalog, catalogDesk, projector } = onhand.rooms;
  let newest = 0;
  const done = (answer: Done): void => {
    if (isRejection(answer)) throw new CommandRefused(answer);
    newest = Math.max(newest, answer.position);
  };
  const teller = newTellerOf(onhand, words);
  if (teller !== undefined) {
    const declared = mapping?.source ?? { name: teller, kind: 'file', unknownItems: 'create' };
    done(await catalogDesk.putSource({ ...declared, id: teller }));
  }
  for (const location of mapping?.locations ?? []) {
    if (catalog.location(location.id) === undefined)
      done(await catalogDesk.putLocation({ ...location, active: true }));
  }
  if (newest > 0) await projector.waitFor(newest, SEEN_WITHIN_MS);
}

/** Far longer than it takes. */
const SEEN_WITHIN_MS = 30_000;
