import { write, writeSync } from 'node:fs';

/** Characters that may wait for a reader that has stopped reading; further lines are dropped. */
const WAITING_CHARACTERS_MAX = 1024 * 1024;
/** How often writing is tried again while the reader does not read. */
const AGAIN_MS = 100;
/** How long the end of the process waits for such a reader. */
const FLUSH_MS_MAX = 500;

/**
 * Writes lines to a file descriptor, in their order, without blocking the event loop. Lines that cannot be written are
 * dropped and counted: no reader that has gone, closed terminal or full disk keeps the service from working, or from
 * ending. (Pino's own destination retries a last line for ever.)
 */
export class LogLines {
  readonly #fileDescriptor: number;
  #waiting: string[] = [];
  #characters = 0;
  /** Lines that are being written, or will be tried again. */
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

  /** Writes the waiting lines, as far as the reader takes them. Call it before the process ends. */
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

  /** Takes all waiting lines; undefined if there are none. */
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
