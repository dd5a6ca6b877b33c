/** Commits until a write fails, and prints what the read model says then: `directory`. */
import { join } from 'node:path';
import { SqliteReadModel } from './index.ts';

const COMMITS_MAX = 10_000;
const TEXT = 'x'.repeat(4_000);

const fatal: unknown[] = [];
const file = join(process.argv[2]!, 'read-model.db');
const model = SqliteReadModel.open({ file, onFatal: (cause) => fatal.push(cause) });
const shelf = model.shelf<{ text: string }>({ name: 'rows', version: 1 });
const codeOf = (work: () => unknown): unknown => {
  try {
    work();
    return undefined;
  } catch (fault) {
    return (fault as { readonly code?: unknown }).code;
  }
};

let committed = 0;
let code: unknown;
while (code === undefined && committed < COMMITS_MAX) {
  shelf.put(`key-${committed}`, { text: TEXT });
  code = codeOf(() => model.commit(committed + 1));
  if (code === undefined) committed++;
}
const codes = [code, codeOf(() => model.hash()), codeOf(() => model.commit(committed + 1))];
model.close();
process.stdout.write(JSON.stringify({ committed, codes, fatal: fatal.map(String) }));
