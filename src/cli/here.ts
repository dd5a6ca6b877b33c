import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import type { Settings } from '../environment.ts';
import { OnHand } from '../service.ts';
import type { Status } from '../status.ts';
import type { Ask } from './ask.ts';
import type { Command, Report, Task } from './command.ts';
import type { LocalDoors } from './local-doors.ts';

const LOOK_EVERY_MS = 10;
/**
 * How far the heap of a command may grow beyond what is alive in it before a full collection: V8 by itself lets it
 * grow to four times that, several hundred megabytes in an import, to save a tenth of the time.
 */
const HEAP_GROWING = '--heap-growing-percent=50';

/**
 * Runs a command in this process: opens the data, lets everything that was told before arrive where it
 * belongs, runs it, and closes. Throws DataDirectoryLocked where another process has the data.
 */
export async function runHere(
  { command, args }: { readonly command: Command<object, unknown>; readonly args: object },
  settings: Settings,
  task: Omit<Task, 'ask'>,
): Promise<unknown> {
  setFlagsFromString(HEAP_GROWING);
  const { signal } = task;
  // Unlike in a service, nobody else waits for what is made here: a stop may also end work that cannot look for itself.
  const report: Report = (progress) => {
    signal.throwIfAborted();
    task.report(progress);
  };
  report({ step: 'opening the data' });
  const onhand = await OnHand.open(settings);
  let doors: LocalDoors | undefined;
  const ask: Ask = async (path, query) => {
    // Nest is loaded for the commands that read, and for no others.
    doors ??= await (await import('./local-doors.ts')).openLocalDoors(onhand);
    return doors.ask(path, query);
  };
  try {
    await untilAtRest(onhand, report, signal);
    signal.throwIfAborted();
    return await command.run(onhand, args, { ...task, report, ask });
  } finally {
    await doors?.close();
    await onhand.close();
  }
}

/**
 * After a crash the log may be ahead of what was made of it. What others write meanwhile, where several processes
 * share the log, is not waited for.
 */
async function untilAtRest(onhand: OnHand, report: Report, signal: AbortSignal): Promise<void> {
  const { head: told } = await onhand.status();
  const { head: total } = await until(onhand, signal, ({ head, posted, projected }) => {
    if (posted >= told) return true;
    report({ step: 'catching up', done: Math.min(posted, projected), total: head, unit: 'events' });
    return false;
  });
  await until(onhand, signal, ({ projected }) => {
    if (projected >= total) return true;
    report({ step: 'catching up', done: projected, total, unit: 'events' });
    return false;
  });
}

async function until(
  onhand: OnHand,
  signal: AbortSignal,
  isSo: (status: Status) => boolean,
): Promise<Status> {
  for (;;) {
    const status = await onhand.status();
    if (isSo(status)) return status;
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}
