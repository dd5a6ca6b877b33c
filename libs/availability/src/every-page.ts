/**
 * All pages of a list, one after the other, until one is empty: `read` reads the page after the row whose key it is
 * given, or the first one.
 */
export function* everyPage<Row>(
  read: (after: string | undefined) => readonly Row[],
  keyOf: (row: Row) => string,
): Generator<readonly Row[]> {
  for (let after: string | undefined; ;) {
    const page = read(after);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    after = keyOf(last);
  }
}
