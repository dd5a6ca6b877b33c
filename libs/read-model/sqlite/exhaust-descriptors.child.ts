/** Opens as many files as a process may, and prints what a read model then does: `directory`. */
import { closeSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SqliteReadModel } from './index.ts';

const file = join(process.argv[2]!, 'read-model.db');
const fatal: string[] = [];
const walLimits = { carriedFrom: 1, wantedMax: 1_000, max: 100_000, leftMax: 0 };
const open = () => {
  const model = SqliteReadModel.open({ file, walLimits, onFatal: (cause) => fatal.push(String(cause)) });
  return { model, shelf: model.shelf<{ value: number }>({ name: 'rows', version: 1 }) };
};

/** Returns a function that closes them. */
function takeAll(): () => void {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch {
    return () => taken.forEach((descriptor) => closeSync(descriptor));
  }
}
function refusal(work: () => unknown): unknown {
  try {
    return work() && undefined;
  } catch (fault) {
    const { code, message } = fault as { readonly code: string; readonly message: string };
    return { code, message };
  }
}

const first = open();
first.shelf.put('a', { value: 1 });
first.model.commit(1);
first.model.close();

let giveBack = takeAll();
const refused = refusal(open);
giveBack();

const { model, shelf } = open();
const openedAt = model.openedAt;
const writtenAtMs = statSync(file).mtimeMs;
const isCarriedOver = (): boolean => statSync(file).mtimeMs > writtenAtMs;
giveBack = takeAll();
for (let position = 2; position < 5; position++) {
  shelf.put('a', { value: position });
  model.commit(position); // A checkpoint needs a thread, which cannot be started.
  await pause(200);
}
const before = isCarriedOver();
giveBack();
shelf.put('a', { value: 5 });
for (model.commit(5); !isCarriedOver(); model.commit(5)) await pause(10);
model.close();

const last = open();
const value = last.shelf.get('a')?.value;
const result = { refused, openedAt, isCarriedOver: [before, isCarriedOver()], fatal };
process.stdout.write(JSON.stringify({ ...result, lastAt: last.model.openedAt, value }));
last.model.close();
