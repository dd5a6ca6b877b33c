import { systemClock } from '#kernel';
import { type EventStore, type LogTarget, TargetDiffers } from '#event-store';
import { type LogPlace, openSource, openTarget } from '../../adapters.module.ts';
import type { Report } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { Page } from '../terminal/page.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import { number } from '../terminal/words.ts';
import { compareLogs, type Comparison } from './compare.ts';
import { readPlace, refuseSame, shownPlace } from './place.ts';

/** Copies a whole log to a store that has none, and compares the two. Exits 1 where they are not the same. */
export async function performCopy(
  words: { readonly from: string; readonly to: string; readonly json: boolean },
  io: Io,
): Promise<ExitCode> {
  const [from, to] = [readPlace(words.from, '--from'), readPlace(words.to, '--to')];
  refuseSame(from, to);
  const progress = new ProgressLine(io.stderr, io.env);
  const task = { report: progress.report, signal: io.signal };
  const source = await openSource(from, systemClock);
  let compared: Comparison;
  try {
    const through = await copyLog(source, to, task);
    compared = await compareWith(source, to, through, task);
  } finally {
    await source.close();
    progress.end();
  }
  const isSame = compared.differsAt === undefined && compared.hashes[0] === compared.hashes[1];
  if (words.json) io.stdout.write(`${JSON.stringify({ same: isSame, ...compared })}\n`);
  else show(compared, isSame, to, new Page(io.stdout, io.env));
  return isSame ? EXIT.done : EXIT.checkFailed;
}

interface Task {
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** Answers the position of the last event copied. */
async function copyLog(source: EventStore, place: LogPlace, task: Task): Promise<number> {
  const target = await openTarget(place);
  try {
    if (!target.isFinished) await copyRest(source, target, task);
    const head = await source.head();
    if (target.through === head) return head;
    throw new TargetDiffers(
      `The copy in ${shownPlace(place)} ends at position ${target.through}, but the log ends at ${head}: ` +
        'stop OnHand where you copy from, and start again with an empty place.',
    );
  } finally {
    await target.close();
  }
}

async function copyRest(source: EventStore, target: LogTarget, { report, signal }: Task): Promise<void> {
  for (;;) {
    const total = await source.head();
    while (target.through < total) {
      signal.throwIfAborted();
      const { events } = await source.readAll({ after: target.through });
      await target.take(events);
      report({ step: 'copying', done: target.through, total, unit: 'events' });
    }
    if ((await source.head()) === total) return target.finish();
  }
}

async function compareWith(
  source: EventStore,
  to: LogPlace,
  through: number,
  task: Task,
): Promise<Comparison> {
  const copy = await openSource(to, systemClock);
  try {
    return await compareLogs([source, copy], through, task);
  } finally {
    await copy.close();
  }
}

function show({ events, differsAt, hashes }: Comparison, isSame: boolean, to: LogPlace, page: Page): void {
  if (isSame) {
    page.line(`${page.paint('green', '✓')} ${number(events)} events, identical to the last bit.`);
    page.line(page.paint('dim', `sha-256 of everything derived from them: ${hashes[0]}`));
    const next =
      'directory' in to ? `EVENT_STORE=sqlite DATA_DIR=${to.directory}` : `EVENT_STORE=${shownPlace(to)}`;
    page.line(`Next: ${next} npx onhand start`);
    return;
  }
  const where =
    differsAt === undefined
      ? 'The data derived from the events differs'
      : `The events differ at position ${differsAt}`;
  page.line(`${page.paint('red', '✗')} ${where}: do not use this copy, and report it.`);
}
