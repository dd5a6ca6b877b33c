import type { PreviewItem } from '#availability';
import type { Rejection } from '#inventory';
import { compareUtf8 } from '#kernel';

/** Numbers in one preview: that is a body of some 8 MB, and a fraction of a second to sort and write it. */
export const PREVIEWED_MAX = 100_000;

/** What would change, by channel and listing. All of it or nothing: a part would look like everything that changes. */
export async function previewed(
  changes: AsyncIterable<PreviewItem>,
): Promise<readonly PreviewItem[] | Rejection> {
  const shown: PreviewItem[] = [];
  for await (const change of changes) {
    if (shown.length === PREVIEWED_MAX) return tooMany();
    shown.push(change);
  }
  return shown.sort((a, b) => compareUtf8(a.channel, b.channel) || compareUtf8(a.listing, b.listing));
}

const tooMany = (): Rejection => {
  const limit = PREVIEWED_MAX.toLocaleString('en-US');
  return {
    code: 'TOO_MANY_NUMBERS',
    detail: `This policy would change more than ${limit} numbers, which is the most that a preview shows.`,
    hint: 'Preview the same fields in a narrower scope: a channel, a category, an item or a listing.',
  };
};
