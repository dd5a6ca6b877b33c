import { resolve } from 'node:path';
import { type FileReading, isRefused } from '#intake';
import { documentIdOf, type Message } from '#inventory';
import { type BulkMessage, BulkSender } from '#kafka';
import { systemClock } from '#kernel';
import { readSettings } from '../../environment.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { toCloudEvent } from '../export/cloud-event.ts';
import { isPath } from '../import/mappings.ts';
import { openTellable, type TellableFile } from '../import/source-of-file.ts';
import { Tally } from '../import/tally.ts';
import type { Io } from '../io.ts';
import { showTroubles } from '../show/import.ts';
import { Page } from '../terminal/page.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import { count, duration, number } from '../terminal/words.ts';
import { connectionOrRefuse } from './connection.ts';

export interface ProduceArgs {
  readonly file: string;
  readonly mapping?: string;
  readonly source?: string;
  /** Default: the first of KAFKA_EVENT_TOPICS. */
  readonly topic?: string;
}

/** Sends a file's messages to the topic that they are taken from; nothing is stored here. */
export async function performProduce(
  { args, json }: { readonly args: ProduceArgs; readonly json: boolean },
  io: Io,
): Promise<ExitCode> {
  const settings = readSettings(io.env);
  const topic = args.topic ?? settings.KAFKA_EVENT_TOPICS[0]!.split('=', 1)[0]!;
  const sender = await BulkSender.open(connectionOrRefuse(settings), topic);
  const progress = new ProgressLine(io.stderr, io.env);
  const startedAt = performance.now();
  const tally = new Tally();
  try {
    const file = await openTellable(absolute(args), systemClock, progress.report);
    await sendAll(file, { sender, tally, progress, signal: io.signal });
  } finally {
    progress.end();
    await sender.close();
  }
  const seconds = Math.round(performance.now() - startedAt) / 1_000;
  const result = { file: resolve(args.file), topic, seconds, messages: sender.sent, ...resultOf(tally) };
  if (json) io.stdout.write(`${JSON.stringify(result)}\n`);
  else show(result, new Page(io.stdout, io.env));
  return tally.lines.rejected > 0 ? EXIT.input : EXIT.done;
}

const absolute = (args: ProduceArgs): ProduceArgs => ({
  ...args,
  file: resolve(args.file),
  ...(args.mapping !== undefined && isPath(args.mapping) && { mapping: resolve(args.mapping) }),
});

interface Sending {
  readonly sender: BulkSender;
  readonly tally: Tally;
  readonly progress: ProgressLine;
  readonly signal: AbortSignal;
}

async function sendAll(file: TellableFile, { sender, tally, progress, signal }: Sending): Promise<void> {
  const step = 'sending';
  const report = (bytes: number): void =>
    file.rows === undefined
      ? progress.report({ step, done: bytes, total: file.bytes, unit: 'bytes' })
      : progress.report({ step, done: tally.lines.read, total: file.rows, unit: 'lines' });
  for await (const readings of file.batches(report)) {
    signal.throwIfAborted();
    await sender.send(readings.flatMap((reading) => messageOf(reading, tally)));
  }
  await sender.settled();
}

/** What cannot be a message is not sent: the file is to be mended. */
function messageOf(reading: FileReading, tally: Tally): readonly BulkMessage[] {
  if ('skipped' in reading) tally.skipped(reading);
  else if (isRefused(reading)) tally.wouldBeRefused(reading, reading.problems[0]);
  else {
    tally.wouldBeTold(reading);
    return [toKafka(reading.message)];
  }
  return [];
}

const STRUCTURED = { 'content-type': 'application/cloudevents+json' };

/** All that is told of an order or document stands in one partition, in its order. */
const toKafka = (message: Message): BulkMessage => ({
  key: documentIdOf(message),
  value: JSON.stringify(toCloudEvent(message)),
  headers: STRUCTURED,
});

const resultOf = ({ lines, skippedBy, rejectedBy, troubles, troublesLeftOut }: Tally) => ({
  lines: { read: lines.read, sent: lines.posted, skipped: lines.skipped, rejected: lines.rejected },
  skippedBy,
  rejectedBy,
  troubles,
  troublesLeftOut,
});

type Result = ReturnType<typeof resultOf> & {
  readonly file: string;
  readonly topic: string;
  readonly seconds: number;
  readonly messages: number;
};

function show(result: Result, page: Page): void {
  const { topic, seconds, messages, lines, skippedBy, rejectedBy } = result;
  const rate = seconds > 0 ? `, ${number(Math.round(messages / seconds))} a second` : '';
  page.line(
    `${count(messages, 'message')} of ${count(lines.read, 'line')} sent to ${topic} in ${duration(seconds * 1_000)}${rate}`,
  );
  const rest = [
    ...Object.entries(skippedBy).map(([rule, rows]) => [`skipped: ${rule}`, rows]),
    ...Object.entries(rejectedBy).map(([code, rows]) => [`not sent: ${code}`, rows]),
  ];
  if (rest.length > 0) page.table(['lines', ''], rest);
  showTroubles(result, page, false);
}
