import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChoreThread } from './chore-thread.ts';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'onhand-'))));
afterEach(() => rmSync(directory, { recursive: true }));

it('a thread that could not open the file fails every chore, and can be closed', async () => {
  const thread = new ChoreThread(join(directory, 'none', 'events.db'));
  for (let time = 0; time < 3; time++) {
    expect(await thread.do({ kind: 'checkpoint', mode: 'PASSIVE' })).toMatchObject({ kind: 'failed' });
  }
  await thread.close();
  await thread.close();
});
