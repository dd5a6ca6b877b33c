/** Stops on our own bug. Never for what the outside may send: that is a rejection. */
export function assert(condition: unknown, expected: string): asserts condition {
  if (!condition) throw new Error(`Bug: expected ${expected}.`);
}

/** Makes the compiler prove that a `switch` has a case for every member of a union. */
export function assertNever(value: never): never {
  throw new Error(`Bug: no case for ${JSON.stringify(value)}.`);
}
