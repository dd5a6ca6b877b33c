import type { Quantity } from '#kernel';
import { compareFacts } from '../entry.ts';
import type { SupplyExpected } from './item-event.ts';
import { nameKey } from './item-keys.ts';
import { outstanding } from './item-readers.ts';
import { EXPECTATIONS_MAX, type Expectation, type ItemState } from './item-state.ts';
import { remember } from './remembered.ts';
import { placeFor } from './state-parts.ts';

export function evolveExpected(state: ItemState, expected: SupplyExpected): void {
  if (expected.superseded) return;
  const { documentId, key, location, quantity, received, expectedAt } = expected;
  const known = state.expectations[nameKey(documentId)];
  const before = known && compareFacts(key, known.key) === 0 ? known.expected : 0;
  placeFor(state, location); // Supply expected at a new place is shown there.
  state.expectations[nameKey(documentId)] = {
    name: documentId,
    key,
    location,
    expected: before + quantity,
    received,
    expectedAt,
  };
  if (!known) forgetOne(state);
}

/** Goods came in under this name. */
export function evolveReceived(state: ItemState, name: string, quantity: Quantity): void {
  const expectation = state.expectations[nameKey(name)];
  if (expectation) expectation.received += quantity;
  else state.unexpected = remember(state.unexpected, name);
}

/** Bounds the number of expectations: beyond EXPECTATIONS_MAX the oldest complete one is forgotten, if there is any. */
function forgetOne(state: ItemState): void {
  const all = Object.values(state.expectations);
  if (all.length <= EXPECTATIONS_MAX) return;
  const oldest = all.filter(isComplete).sort((a, b) => compareFacts(a.key, b.key))[0];
  if (!oldest) return;
  delete state.expectations[nameKey(oldest.name)];
  state.unexpected = remember(state.unexpected, oldest.name);
  state.forgotten = remember(state.forgotten, oldest.name);
}

const isComplete = (expectation: Expectation): boolean =>
  outstanding(expectation) === 0 && expectation.received <= expectation.expected;
