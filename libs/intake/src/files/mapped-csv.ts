import type { Rejection } from '#inventory';
import type { Clock } from '#kernel';
import { applyRules } from '../mapping/apply.ts';
import { Documents } from '../mapping/documents.ts';
import type { Mapping } from '../mapping/mapping.ts';
import { openingMessages } from '../mapping/opening-messages.ts';
import { MappedRow } from '../mapping/row.ts';
import { Survey } from '../mapping/survey.ts';
import { problem } from '../problem.ts';
import { type ByteSource, FileUnreadable } from './byte-source.ts';
import { CsvReader, empty } from './csv-reader.ts';
import type { CsvRow } from './csv-scanner.ts';
import { BLANK_LINE, type FileBatch, type FileReading } from './file-reading.ts';

/** A CSV file that was read once and is good as a whole, so that its messages can be taken. */
interface MappedFile {
  /** Rows below the header, blank lines among them. */
  readonly rows: number;
  /** Documents that they make, before any is split into parts. */
  readonly documents: number;
  /** Reads the file a second time, and gives its readings: the opening stock, then the rows. Call it only once. */
  batches(onRead?: (bytes: number) => void): AsyncIterable<FileBatch>;
}

interface MappingOptions {
  readonly clock: Clock;
  /** The source of its messages, if not the mapping's own. */
  readonly source?: string;
  /** Told how many of the source's bytes the first reading has read. */
  readonly onRead?: (bytes: number) => void;
}

/**
 * Reads a CSV file by a mapping, twice: see `Survey`. What is wrong with the file as a whole is answered before any message is
 * made. Memory: a piece of the file, a few numbers for each document, and the rows of documents that are not complete yet.
 * Throws FileUnreadable.
 */
export async function readMappedCsv(
  bytes: ByteSource,
  mapping: Mapping,
  { clock, source = mapping.source.id, onRead }: MappingOptions,
): Promise<MappedFile | readonly Rejection[]> {
  const survey = new Survey(mapping);
  const reader = new CsvReader(mapping.columns);
  for await (const rows of readRows(reader, bytes, onRead)) {
    for (const row of rows) {
      if (isBlank(row) || raggedness(row, reader) !== undefined) survey.skip();
      else survey.note(new MappedRow(row, mapping.columns, reader.places));
    }
  }
  if (reader.broken !== undefined) return reader.broken;
  const wrong = survey.rows === 0 ? empty : survey.problem();
  if (wrong !== undefined) return [wrong];
  return {
    rows: survey.rows,
    documents: survey.groups.size,
    batches: (onSecondRead) => tell(bytes, mapping, survey, { clock, source, onRead: onSecondRead }),
  };
}

async function* tell(
  bytes: ByteSource,
  mapping: Mapping,
  survey: Survey,
  { clock, source, onRead }: { clock: Clock; source: string; onRead: MappingOptions['onRead'] },
): AsyncIterable<FileBatch> {
  if (mapping.opening !== undefined && survey.opening !== undefined) {
    const { opening: stock, earliest } = survey;
    yield openingMessages(mapping.opening, { stock, earliest }, { source, clock });
  }
  const documents = new Documents(survey.groups, source, clock);
  const reader = new CsvReader(mapping.columns);
  const telling = { reader, mapping, documents, source };
  let rows = 0;
  for await (const read of readRows(reader, bytes, onRead)) {
    rows += read.length;
    const batch = read.map((row) => tellRow(row, telling));
    yield batch.filter((reading) => reading !== undefined);
  }
  if (reader.broken !== undefined || rows !== survey.rows || !documents.isComplete) {
    throw new FileUnreadable(`${bytes.name} was changed while it was being read. Start again.`);
  }
}

async function* readRows(
  reader: CsvReader,
  bytes: ByteSource,
  onRead?: (bytes: number) => void,
): AsyncIterable<readonly CsvRow[]> {
  for await (const chunk of bytes.open(onRead)) {
    const rows = reader.push(chunk);
    if (reader.broken !== undefined) return;
    yield rows;
  }
  yield reader.end();
}

interface Telling {
  readonly reader: CsvReader;
  readonly mapping: Mapping;
  readonly documents: Documents;
  readonly source: string;
}

/** The reading that a row completes; undefined while its document waits for other rows. */
function tellRow(row: CsvRow, { reader, mapping, documents, source }: Telling): FileReading | undefined {
  const place = { rows: 1, line: row.line };
  if (isBlank(row)) return { skipped: BLANK_LINE, ...place };
  const ragged = raggedness(row, reader);
  if (ragged !== undefined) return { problems: [ragged], source, raw: row.raw, ...place };
  const mapped = new MappedRow(row, mapping.columns, reader.places);
  const ruled = applyRules(mapping, mapped);
  if (ruled.kind === 'skipped') return { skipped: ruled.rule, ...place };
  if (ruled.kind === 'message') return documents.add(ruled.message, ruled.key, mapped);
  const [first, ...others] = mapped.problems;
  return { problems: [first!, ...others], source, raw: row.raw, ...place };
}

const isBlank = ({ raw }: CsvRow): boolean => raw.trim() === '';

/** A row must have the header's cells; more are let pass if they are empty. */
function raggedness({ cells, line }: CsvRow, { width }: CsvReader): Rejection | undefined {
  if (cells.length === width) return undefined;
  if (cells.length > width && cells.slice(width).every((cell) => cell.trim() === '')) return undefined;
  const detail = `Line ${line} has ${cells.length} cells, but the header has ${width}. Put cells that contain a delimiter in quotes.`;
  return { ...problem('CSV_COLUMNS', '', detail), facts: { line, expected: width, got: cells.length } };
}
