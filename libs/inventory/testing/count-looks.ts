/** Counts how often an entry of the record is looked at from now on. An entry that is put anew is no longer counted. */
export function countLooks(record: Record<string, unknown>): { readonly count: number } {
  const looks = { count: 0 };
  for (const [key, kept] of Object.entries(record)) {
    Object.defineProperty(record, key, {
      ...{ enumerable: true, configurable: true },
      get: () => {
        looks.count++;
        return kept;
      },
    });
  }
  return looks;
}
