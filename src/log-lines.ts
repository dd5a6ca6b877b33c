import { write, writeSync } from 'node:fs';

/** Lines that wait for a reader who has stopped reading; more are dropped. */
const WAITING_CHARACTERS_MAX = 1024 * 1024;
/** How often a reader that has stopped reading is tried again. */
const AGAIN_MS = 100;
/** How long such a reader is waited for when the process ends. */
const FLUSH_MS_MAX = 500;

/**
 * Lines on a file descriptor, in their order, written beside the event loop. What cannot be written is dropped and
 * counted: neither a reader that has gone nor a terminal that has closed nor a full disk keeps a service from its work,
 * or from its end. (Pino's own destination tries a last line for ever, whatever stands in its way.)
 */
export class LogLines {
  readonly #fileDescriptor: number;
  #waiting: string[] = [];
  #characters = 0;
  /** What is being written, or is tried again in a while. */
  #bytes: Uint8Array | undefined;
  #lines = 0;
  #again: NodeJS.Timeout | undefined;
  #dropped = 0;

  constructor(fileDescriptor: number) {
    this.#fileDescriptor = fileDescriptor;
  }

  get dropped(): number {
    return this.#dropped;
  }

  write(line: string): void {
    if (this.#characters + line.length > WAITING_CHARACTERS_MAX) {
      this.#dropped += 1;
      return;
    }
    this.#characters += line.length;
    if (this.#waiting.push(line) === 1 && this.#bytes === undefined) queueMicrotask(() => this.#next());
  }

  /** Writes what waits, as far as somebody reads it. Call it before the process ends. */
  flush(): void {
    const until = performance.now() + FLUSH_MS_MAX;
    const isUnderWay = this.#bytes !== undefined && this.#again === undefined;
    clearTimeout(this.#again);
    let bytes = isUnderWay ? this.#take() : this.#bytes;
    for (bytes ??= this.#take(); bytes !== undefined; bytes = this.#take()) this.#writeNow(bytes, until);
  }

  #next(): void {
    if (this.#bytes !== undefined) return;
    this.#bytes = this.#take();
    this.#try();
  }

  /** All lines that wait; undefined where none does. */
  #take(): Uint8Array | undefined {
    if (this.#waiting.length === 0) return undefined;
    const bytes = Buffer.from(this.#waiting.join(''));
    this.#lines = this.#waiting.length;
    this.#waiting = [];
    this.#characters = 0;
    return bytes;
  }

  #try(): void {
    const bytes = this.#bytes;
    this.#again = undefined;
    if (bytes === undefined) return;
    write(this.#fileDescriptor, bytes, (error, written) => {
      if (error !== null && mayPass(error)) {
        this.#again = setTimeout(() => this.#try(), AGAIN_MS).unref();
        return;
      }
      if (error !== null) this.#dropped += this.#lines;
      this.#bytes = error === null && written < bytes.length ? bytes.subarray(written) : this.#take();
      this.#try();
    });
  }

  #writeNow(bytes: Uint8Array, until: number): void {
    for (let at = 0; at < bytes.length;) {
      try {
        at += writeSync(this.#fileDescriptor, bytes, at);
      } catch (error) {
        if (!mayPass(error) || performance.now() > until) return;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, AGAIN_MS / 10);
      }
    }
  }
}

const mayPass = (error: unknown): boolean => {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EAGAIN' || code === 'EBUSY';
};
