import type { DecisionContext } from '../src/item/item-command.ts';

/** For decisions on an item that need nothing but its state: two active locations, and nothing may be held. */
export const decisionContext = (now = 0): DecisionContext => ({
  now,
  locationsOf: () => ['main', 'shop'],
  isActive: () => true,
  reservable: () => 0,
  sweeps: () => [],
});
