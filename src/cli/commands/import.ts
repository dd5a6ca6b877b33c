import { basename, resolve } from 'node:path';
import { type FileReading, isRefused, toArrival } from '#intake';
import type { Message, Rejection } from '#inventory';
import { mayTell, tellerOf } from '#journal';
import type { OnHand } from '../../service.ts';
import type { Command, Task } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { InFlight } from '../import/in-flight.ts';
import { isPath } from '../import/mappings.ts';
import { type Proof, proveArrival } from '../import/proof.ts';
import { newTellerOf, setUpFor, tellerOfFile } from '../import/set-up.ts';
import { type FileArgs, openTellable, type TellableFile } from '../import/source-of-file.ts';
import { type Lines, type Messages, Tally, type Trouble } from '../import/tally.ts';
import { showImport } from '../show/import.ts';

interface ImportArgs extends FileArgs {
  readonly dryRun?: boolean;
}

export interface ImportResult {
  readonly file: string;
  readonly mapping?: string;
  readonly dryRun: boolean;
  /** Whoever tells the file was not registered before. */
  readonly newSource?: string;
  readonly seconds: number;
  /** read = posted + duplicate + parked + skipped + rejected. */
  readonly lines: Lines;
  readonly skippedBy: Readonly<Record<string, number>>;
  readonly rejectedBy: Readonly<Record<string, number>>;
  readonly messages: Messages;
  readonly troubles: readonly Trouble[];
  readonly troublesLeftOut: number;
  /** Absent in a dry run. */
  readonly proof?: Proof;
}

/**
 * Lines that are handed to the journal at once: what is under way, and so the memory that all of it takes, goes by
 * lines, whether a document has one of them or a thousand.
 */
const LINES_A_BATCH = 500;
/** Batches under way: while one is made durable, the next are read. */
const BATCHES_IN_FLIGHT_MAX = 4;
/** How often a wait for posting looks whether the import was told to stop. */
const LOOK_EVERY_MS = 200;

export const importCommand: Command<ImportArgs, ImportResult> = {
  begins: true,
  usesFiles: true,
  prepare: (args) => ({
    ...args,
    file: resolve(args.file),
    ...(args.mapping !== undefined && isPath(args.mapping) && { mapping: resolve(args.mapping) }),
  }),
  async run(onhand, args, task) {
    const startedAt = performance.now();
    const file = await openTellable(args, onhand.clock, task.report);
    const newSource = newTellerOf(onhand, { mapping: file.mapping, source: args.source });
    const tally = new Tally();
    const by = { args, task, tally };
    const proof = args.dryRun === true ? undefined : await tellAll(onhand, file, by);
    if (proof === undefined) await lookThrough(onhand, file, by);
    return {
      file: args.file,
      ...(file.mapping && { mapping: file.mapping.name }),
      dryRun: args.dryRun === true,
      ...(newSource !== undefined && { newSource }),
      seconds: Math.round(performance.now() - startedAt) / 1_000,
      lines: tally.lines,
      skippedBy: tally.skippedBy,
      rejectedBy: tally.rejectedBy,
      messages: tally.messages,
      troubles: tally.troubles,
      troublesLeftOut: tally.troublesLeftOut,
      ...(proof && { proof: { ...proof, holds: proof.holds && tally.closes } }),
    };
  },
  show: showImport,
  exitCode({ lines, proof }) {
    if (proof?.holds === false) return EXIT.checkFailed;
    return lines.rejected > 0 ? EXIT.input : EXIT.done;
  },
};

/** A reading that is a message or the reason why it is none, with its rows. */
type ToldReading = Exclude<FileReading, { readonly skipped: string }>;

interface Import {
  readonly args: ImportArgs;
  readonly task: Task;
  readonly tally: Tally;
}

async function tellAll(onhand: OnHand, file: TellableFile, { args, task, tally }: Import): Promise<Proof> {
  await setUpFor(onhand, { mapping: file.mapping, source: args.source });
  const by = { door: doorOf(args), ...speaksFor(args) };
  const inFlight = new InFlight(BATCHES_IN_FLIGHT_MAX);
  try {
    for await (const batch of batchesOf(file, tally, task)) {
      await untilRoom(onhand, tally.position, task.signal);
      await inFlight.add(async () => {
        const outcomes = await onhand.rooms.journal.accept(batch.map(toArrival), by);
        for (const [i, outcome] of outcomes.entries()) tally.ended(batch[i]!, outcome);
      });
    }
  } finally {
    await inFlight.settled(); // Also where it is interrupted: what is under way is answered for.
  }
  return proveArrival(onhand, tally.position, task);
}

async function untilRoom({ rooms }: OnHand, handedIn: number, signal: AbortSignal): Promise<void> {
  while (!(await rooms.backpressure.room(handedIn, LOOK_EVERY_MS))) signal.throwIfAborted();
}

const doorOf = ({ file }: ImportArgs): string => `file:${basename(file)}`;

/** A line of JSON may name its source itself: where --source is said, it must be that one. */
const speaksFor = ({ mapping, source }: ImportArgs): { readonly identity?: string } =>
  mapping === undefined && source !== undefined ? { identity: source } : {};

/** What would come of it as far as a message and the log say; that a line would be parked shows when it is told. */
async function lookThrough(
  { rooms: { catalog, journal } }: OnHand,
  file: TellableFile,
  { args, task, tally }: Import,
): Promise<void> {
  const { identity } = speaksFor(args);
  const registered = tellerOfFile({ mapping: file.mapping, source: args.source });
  const refusal = (message: Message): Rejection | undefined => {
    const { source } = message;
    const known = tellerOf(source, catalog);
    const teller = known ?? (source === registered ? newTeller(source) : undefined);
    return mayTell(message, { teller, identity, door: doorOf(args), catalog });
  };
  const verdict = async (reading: ToldReading): Promise<'new' | 'repeated' | Rejection> => {
    if (isRefused(reading)) return reading.problems[0];
    const refused = refusal(reading.message);
    if (refused !== undefined) return refused;
    const repeat = await journal.repeatOf(reading.message);
    if (repeat?.outcome === 'rejected') return repeat.rejection;
    return repeat?.outcome ?? 'new';
  };
  for await (const batch of batchesOf(file, tally, task)) {
    const verdicts = await Promise.all(batch.map(verdict));
    for (const [index, reading] of batch.entries()) {
      const found = verdicts[index]!;
      if (found === 'new') tally.wouldBeTold(reading);
      else if (found === 'repeated') tally.wouldRepeat(reading);
      else tally.wouldBeRefused(reading, found);
    }
  }
}

const newTeller = (id: string): ReturnType<typeof tellerOf> => ({
  id,
  isChannel: false,
  unknownItems: 'create',
});

/** What the file tells, some messages at a time; what its mapping skips is only counted. */
async function* batchesOf(
  file: TellableFile,
  tally: Tally,
  task: Task,
): AsyncGenerator<readonly ToldReading[]> {
  const step = 'importing';
  const report = (bytes: number): void =>
    file.rows === undefined
      ? task.report({ step, done: bytes, total: file.bytes, unit: 'bytes' })
      : task.report({ step, done: tally.lines.read, total: file.rows, unit: 'lines' });
  let batch: ToldReading[] = [];
  let lines = 0;
  for await (const readings of file.batches(report)) {
    task.signal.throwIfAborted();
    for (const reading of readings) {
      if ('skipped' in reading) {
        tally.skipped(reading);
        continue;
      }
      batch.push(reading);
      lines += reading.rows;
      if (lines < LINES_A_BATCH) continue;
      yield batch;
      batch = [];
      lines = 0;
    }
  }
  if (batch.length > 0) yield batch;
}
