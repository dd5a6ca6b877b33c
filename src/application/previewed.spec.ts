import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PreviewItem } from '#availability';
import { isRejection } from '#inventory';
import { previewed, PREVIEWED_MAX } from './previewed.ts';

let read = 0;

async function* changes(count: number): AsyncGenerator<PreviewItem> {
  await nextTurn();
  for (read = 0; read < count; read++) {
    yield { channel: 'web', listing: `L${count - read}`, sku: 'MUG', from: 1, to: 0 };
  }
}

describe('what a policy would change', () => {
  it('is shown by listing, all of it', async () => {
    const shown = await previewed(changes(3));
    expect(shown).toMatchObject([{ listing: 'L1' }, { listing: 'L2' }, { listing: 'L3' }]);
    expect(await previewed(changes(PREVIEWED_MAX))).toHaveLength(PREVIEWED_MAX);
  });

  it('is shown by channel first', async () => {
    async function* ofTwo(): AsyncGenerator<PreviewItem> {
      await nextTurn();
      yield { channel: 'web', listing: 'A', sku: 'MUG', from: 1, to: 0 };
      yield { channel: 'pos', listing: 'B', sku: 'MUG', from: 1, to: 0 };
    }
    expect(await previewed(ofTwo())).toMatchObject([{ channel: 'pos' }, { channel: 'web' }]);
  });

  it('is not read on where it is more than one answer holds', async () => {
    const refused = await previewed(changes(2 * PREVIEWED_MAX));
    expect(isRejection(refused)).toBe(true);
    expect(refused).toMatchObject({ code: 'TOO_MANY_NUMBERS', detail: expect.stringContaining('100,000') });
    expect(read).toBe(PREVIEWED_MAX);
  });
});
