import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('./large-batches.child.ts', import.meta.url));

/** In a process of its own: the client's parts are replaced before they are first used. */
function read(records: number, how: 'as it is' | 'mended', ...damaged: ('before' | 'behind')[]): unknown {
  const env = { ...process.env, NODE_OPTIONS: '' };
  const words = ['--conditions=source', CHILD, String(records), how, ...damaged];
  return JSON.parse(execFileSync(process.execPath, words, { env, encoding: 'utf8' }));
}

describe('a batch of very many records', () => {
  it('ends the client as it is, and is read by the mended one, with the batch after it', () => {
    expect(read(200_000, 'as it is')).toEqual({ error: 'RangeError' });
    expect(read(200_000, 'mended')).toEqual({ read: 200_001, last: 'y', others: 199_999 });
  });

  it('that is small is read by both alike, up to a batch that is cut off at the end', () => {
    const both = { read: 4, last: 'y', others: 2 };
    expect(read(3, 'as it is')).toEqual(both);
    expect(read(3, 'mended')).toEqual(both);
  });
});

describe('a batch that is damaged', () => {
  it('is told to whoever looks at its record, with its offsets', () => {
    expect(read(3, 'mended', 'before')).toEqual({
      error: 'BatchUnreadable',
      says: expect.stringContaining('at offsets 0 to 0 of a partition is damaged'),
    });
  });

  it('keeps nothing back that comes before it', () => {
    expect(read(3, 'mended', 'behind')).toEqual({ read: 3, last: 'x', others: 2 });
  });
});
