import {
  type ByteSource,
  explainSlug,
  fileSource,
  type FileBatch,
  isSlugText,
  type Mapping,
  readJsonLines,
  readMappedCsv,
} from '#intake';
import type { Clock } from '#kernel';
import type { Report } from '../command.ts';
import { CommandRefused } from '../problem.ts';
import { findMapping } from './mappings.ts';

/** A file that can be told: what it needs to be set up first, and its readings. */
export interface TellableFile {
  readonly mapping: Mapping | undefined;
  /** Rows or lines, where that is known before they are read. */
  readonly rows: number | undefined;
  readonly bytes: number;
  batches(onRead: (bytes: number) => void): AsyncIterable<FileBatch>;
}

export interface FileArgs {
  readonly file: string;
  readonly mapping?: string;
  readonly source?: string;
}

/** Opens a file and finds out what it is. Throws CommandRefused where it cannot be read under the mapping. */
export async function openTellable(args: FileArgs, clock: Clock, report: Report): Promise<TellableFile> {
  refuseNoSource(args.source);
  const bytes = await fileSource(args.file);
  if (args.mapping === undefined) {
    refuseCsv(args.file);
    return {
      mapping: undefined,
      rows: undefined,
      bytes: bytes.size,
      batches: (onRead) => readJsonLines(bytes, { clock, source: args.source, onRead }),
    };
  }
  return openMapped(bytes, await findMapping(args.mapping), { args, clock, report });
}

async function openMapped(
  bytes: ByteSource,
  mapping: Mapping,
  { args, clock, report }: { args: FileArgs; clock: Clock; report: Report },
): Promise<TellableFile> {
  const read = await readMappedCsv(bytes, mapping, {
    clock,
    ...(args.source !== undefined && { source: args.source }),
    onRead: (done) => report({ step: 'reading', done, total: bytes.size, unit: 'bytes' }),
  });
  if ('batches' in read)
    return { mapping, rows: read.rows, bytes: bytes.size, batches: (onRead) => read.batches(onRead) };
  const [first] = read;
  throw new CommandRefused({
    code: first?.code ?? 'CSV_EMPTY',
    detail: `${args.file}: ${first?.detail ?? 'it cannot be read.'}`,
    ...(first?.hint !== undefined && { hint: first.hint }),
  });
}

/** Every line would be refused for it. */
function refuseNoSource(source: string | undefined): void {
  if (source === undefined || isSlugText(source)) return;
  const { detail } = explainSlug(source, '--source');
  throw new CommandRefused({ code: 'USAGE', detail: `--source: ${detail}` });
}

/** Every line of a CSV file would be refused as JSON: one sentence is better. */
function refuseCsv(file: string): void {
  if (!/\.csv(\.gz)?$/i.test(file)) return;
  throw new CommandRefused({
    code: 'MAPPING_REQUIRED',
    detail: `${file} is a CSV file. Say with --mapping how its rows become messages (online-retail, or the path of your own mapping).`,
  });
}
