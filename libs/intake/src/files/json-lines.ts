import type { Clock } from '#kernel';
import { decodeUtf8 } from '../json/utf8.ts';
import { MESSAGE_BYTES_MAX } from '../limits.ts';
import { problem } from '../problem.ts';
import { readMessageText } from '../read-body.ts';
import type { ByteSource } from './byte-source.ts';
import { BLANK_LINE, type FileBatch, type FileReading } from './file-reading.ts';

const LINE_FEED = 10;
/** What is kept of a line that is too long to be a message. */
const RAW_KEPT_BYTES = 1_024;

interface JsonLinesOptions {
  readonly clock: Clock;
  /** The source of messages whose line does not name one. */
  readonly source?: string | undefined;
  readonly onRead?: (bytes: number) => void;
}

/**
 * Reads a JSON Lines file: one message a line, each for itself, so that a bad line stops nothing. Memory is
 * bounded by one piece of the file and one message, however long its lines are. Throws FileUnreadable.
 */
export async function* readJsonLines(bytes: ByteSource, options: JsonLinesOptions): AsyncIterable<FileBatch> {
  const lines = new LineSplitter();
  for await (const chunk of bytes.open(options.onRead)) {
    const batch = lines.push(chunk).map((line) => readLine(line, options));
    if (batch.length > 0) yield batch;
  }
  const last = lines.end();
  if (last !== undefined) yield [readLine(last, options)];
}

interface Line {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly isTooLong: boolean;
}

function readLine({ number, bytes, isTooLong }: Line, { clock, source }: JsonLinesOptions): FileReading {
  const place = { rows: 1, line: number };
  if (isTooLong) {
    const detail = `Line ${number} is longer than ${MESSAGE_BYTES_MAX} bytes, the most a message may have. Split it into several messages.`;
    return { problems: [problem('MESSAGE_TOO_LARGE', '', detail)], raw: bytes, ...place };
  }
  const text = decodeUtf8(bytes);
  if (typeof text !== 'string') return { problems: [text], raw: bytes, ...place };
  if (text.trim() === '') return { skipped: BLANK_LINE, ...place };
  return { ...readMessageText(text, clock.now(), source), ...place };
}

/** Cuts bytes at line feeds. Of a line that is too long it keeps only the beginning. */
class LineSplitter {
  #rest: Uint8Array[] = [];
  #restLength = 0;
  #isTooLong = false;
  #number = 0;

  push(chunk: Uint8Array): Line[] {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      this.#keep(chunk.subarray(start, end));
      lines.push(this.#take());
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  end(): Line | undefined {
    return this.#restLength === 0 ? undefined : this.#take();
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#isTooLong) return;
    this.#rest.push(bytes);
    this.#restLength += bytes.length;
    if (this.#restLength <= MESSAGE_BYTES_MAX) return;
    this.#isTooLong = true;
    this.#rest = [Buffer.concat(this.#rest, RAW_KEPT_BYTES)];
  }

  #take(): Line {
    const bytes = this.#rest.length === 1 ? this.#rest[0]! : Buffer.concat(this.#rest);
    const line = { number: ++this.#number, bytes, isTooLong: this.#isTooLong };
    this.#rest = [];
    this.#restLength = 0;
    this.#isTooLong = false;
    return line;
  }
}
