import { few, type Quantity } from '#kernel';
import { evolveDecided } from './evolve-item.ts';
import type { DecisionContext } from './item-command.ts';
import type { ItemEvent } from './item-event.ts';
import { free, negativeOnHand, placeOf } from './item-readers.ts';
import type { ItemState } from './item-state.ts';

/**
 * A decision in the making: each event is applied to the state as soon as it is decided, so that the next entry
 * of the same fact sees it.
 */
export interface Draft {
  readonly state: ItemState;
  readonly context: DecisionContext;
  readonly journal: number | undefined;
  readonly events: ItemEvent[];
  readonly touched: Touched[];
}

/** How a location stood before the decision. */
interface Touched {
  readonly location: string;
  readonly free: Quantity;
  readonly negative: Quantity;
}

export const draftOn = (state: ItemState, context: DecisionContext, journal?: number): Draft => ({
  state,
  context,
  journal,
  events: few(),
  touched: few(),
});

export function record(draft: Draft, event: ItemEvent): void {
  draft.events.push(event);
  evolveDecided(draft.state, event);
}

/** To be called before anything changes there: the exceptions are judged by what the whole decision did. */
export function touch(draft: Draft, location: string): void {
  for (const known of draft.touched) if (known.location === location) return;
  const place = placeOf(draft.state, location);
  draft.touched.push({
    location,
    free: place ? free(place) : 0,
    negative: place ? negativeOnHand(place) : 0,
  });
}
