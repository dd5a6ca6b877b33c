import type { ItemCommand, ItemEntry } from './item-command.ts';
import type { ItemState } from './item-state.ts';

/**
 * True if this command, should it change nothing in this state, changes nothing in a newer one either. Of what was posted
 * that is so for ever. A hold that was in the books once is over for good when it is gone: the same request makes no other.
 * Of anything else an event that the state does not have yet may be the very one that matters.
 */
export function isNothingForSure(command: ItemCommand, state: ItemState): boolean {
  switch (command.type) {
    case 'post':
      if (command.journal <= state.postedThrough) return true;
      return command.entries.every((entry) => isEnd(entry) && wasMade(entry, state));
    case 'end-hold':
      return command.end !== 'extended' && wasMade(command, state);
    case 'end-overdue':
      return wasMade(command, state);
    default:
      return false;
  }
}

/** One that also promises the goods to an order may be in vain now, and not later. */
const isEnd = (entry: ItemEntry): entry is ItemEntry & { kind: 'hold' } =>
  entry.kind === 'hold' && (entry.end === 'released' || entry.end === 'expired');

const wasMade = ({ heldAt }: { readonly heldAt?: number }, { position }: ItemState): boolean =>
  heldAt !== undefined && heldAt <= position;
