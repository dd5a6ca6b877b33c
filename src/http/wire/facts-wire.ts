import { toUnits } from '#kernel';

/** Facts of rejections that are quantities, by name. */
const QUANTITIES: readonly string[] = ['available', 'committed', 'current', 'requested'];

/** What a rejection says to act on, in the outside's numbers. */
export function shownFacts(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, shownFact(name, fact)]));
}

function shownFact(name: string, fact: unknown): unknown {
  if (typeof fact === 'number') return QUANTITIES.includes(name) ? toUnits(fact) : fact;
  if (name !== 'shortages' || !Array.isArray(fact)) return fact;
  return fact.map((shortage) => shownFacts(shortage as Record<string, unknown>));
}
