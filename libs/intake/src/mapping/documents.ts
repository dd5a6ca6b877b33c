import { cut, type Message, MESSAGE_LINES_MAX, type Rejection } from '#inventory';
import type { Clock } from '#kernel';
import type { FileReading } from '../files/file-reading.ts';
import { readMessage } from '../read-message.ts';
import { joinKey, partId } from './apply.ts';
import type { MappedRow } from './row.ts';
import type { MessageRule } from './rule.ts';
import type { Group } from './survey.ts';
import { type Filled, toInstantText } from './template.ts';

/** A document whose rows have not all come. */
interface OpenDocument {
  readonly message: MessageRule;
  readonly group: Group;
  readonly key: string;
  /** Number of the message, from 1: a document of more lines than a message may have becomes several. */
  readonly part: number;
  /** From its first row; every other row must have the same. */
  data: Filled | undefined;
  readonly lines: Filled[];
  readonly rows: MappedRow[];
  /** By what must be unique, the line on which it first stood. */
  readonly seen: Map<string, number>;
}

/**
 * The second reading: rows become documents. A document becomes a message at its last row, whole or not at all: one bad row
 * holds back its message, which can be taken once the row is corrected.
 */
export class Documents {
  readonly #open = new Map<string, OpenDocument>();
  readonly #groups: Map<string, Group>;
  readonly #source: string;
  readonly #clock: Clock;

  /** `groups` is used up: an entry goes with its document. */
  constructor(groups: Map<string, Group>, source: string, clock: Clock) {
    this.#groups = groups;
    this.#source = source;
    this.#clock = clock;
  }

  /** True once every document that the first reading saw is complete. */
  get isComplete(): boolean {
    return this.#groups.size === 0;
  }

  /** Adds a row. Gives what it completes; undefined while there is more to come. */
  add(message: MessageRule, key: string, row: MappedRow): FileReading | undefined {
    const group = this.#groups.get(key);
    if (group === undefined) return undefined; // The file has changed: `isComplete` will never be true.
    const document = this.#open.get(key) ?? openDocument(message, group, key, 1);
    addRow(document, row);
    group.rows--;
    if (group.rows > 0 && document.lines.length < MESSAGE_LINES_MAX) {
      this.#open.set(key, document);
      return undefined;
    }
    this.#open.delete(key);
    if (group.rows === 0) this.#groups.delete(key);
    else
      this.#open.set(key, { ...openDocument(message, group, key, document.part + 1), data: document.data });
    return this.#close(document);
  }

  #close(document: OpenDocument): FileReading {
    const { rows, message } = document;
    const place = { rows: rows.length, line: rows[0]!.line };
    const source = this.#source;
    const id = partId(document.key, document.part);
    const problems = rows.flatMap((row) => row.problems);
    const [first, ...others] = problems;
    if (first !== undefined)
      return { problems: [first, ...others.slice(0, 19)], source, id, raw: wordsOf(rows), ...place };
    const data = { ...document.data, lines: document.lines };
    const value = { id, source, type: message.type, time: toInstantText(document.group.earliest), data };
    const reading = readMessage(value, { now: this.#clock.now() });
    if ('message' in reading) return new ToldDocument(reading.message, rows);
    const [main, ...more] = reading.problems.map((each) => inWordsOfRows(each, document));
    return { ...reading, problems: [main!, ...more], raw: wordsOf(rows), ...place };
  }
}

/** A document that became a message. The text of its rows is needed only if it is parked, and is put together then. */
class ToldDocument {
  readonly message: Message;
  readonly line: number;
  readonly #rows: readonly MappedRow[];

  constructor(message: Message, rows: readonly MappedRow[]) {
    this.message = message;
    this.line = rows[0]!.line;
    this.#rows = rows;
  }

  get rows(): number {
    return this.#rows.length;
  }

  get raw(): string {
    return wordsOf(this.#rows);
  }
}

const wordsOf = (rows: readonly MappedRow[]): string => rows.map(({ raw }) => raw).join('\n');

function openDocument(message: MessageRule, group: Group, key: string, part: number): OpenDocument {
  return { message, group, key, part, data: undefined, lines: [], rows: [], seen: new Map() };
}

function addRow(document: OpenDocument, row: MappedRow): void {
  const { message, rows } = document;
  // Evaluated so that the row reports a time that cannot be read, even if the document has its time from another row.
  message.time(row);
  document.lines.push(message.line.fill(row));
  const data = message.data.fill(row);
  document.data ??= data;
  checkSame(document.data, data, row);
  checkUnique(document, row);
  rows.push(row);
}

/** Fields of the document must be the same in each of its rows, or some of them would be lost. */
function checkSame(data: Filled, other: Filled, row: MappedRow): void {
  if (data === other) return;
  const name = Object.keys({ ...data, ...other }).find((each) => !isSame(data[each], other[each]));
  if (name === undefined) return;
  const detail = `earlier rows of the same document have a different ${name}. Add it to "groupBy", or make it the same in all rows.`;
  row.report('MAPPING_GROUP_DIFFERS', undefined, detail);
}

const isSame = (a: unknown, b: unknown): boolean =>
  a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b));

function checkUnique({ message, seen }: OpenDocument, row: MappedRow): void {
  if (message.uniqueBy === undefined) return;
  const key = joinKey(message.uniqueBy.map((evaluate) => String(evaluate(row) ?? '')));
  const first = seen.get(key);
  if (first === undefined) seen.set(key, row.line);
  else
    row.report('CSV_DUPLICATE_ROW', undefined, `${cut(key)} is on line ${first} already. Keep one of them.`);
}

/** A problem of a message, as a problem of the row and the column that it came from. */
function inWordsOfRows(found: Rejection, { message, rows }: OpenDocument): Rejection {
  const [, index, name] = /^\/data\/lines\/(\d+)(?:\/([^/]+))?/.exec(found.pointer ?? '') ?? [];
  const row = rows[Number(index ?? 0)] ?? rows[0]!;
  const template = index === undefined ? message.data : message.line;
  const field = name ?? (found.pointer ?? '').split('/')[2];
  const column = field === undefined ? undefined : template.fields.get(field)?.column;
  row.problems.length = 0;
  row.report(found.code, column, found.detail, found.hint);
  return { ...row.problems[0]!, ...(found.pointer === undefined ? {} : { pointer: found.pointer }) };
}
