import { HttpStatus } from '@nestjs/common';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { InsideParts } from './inside-commands.ts';

/** A person cannot read faster. */
const PROGRESS_EVERY_MS = 100;

type LineTask = Omit<InsideParts, 'doors' | 'authorization'>;

/** One JSON object a line, as they come. */
export class LineAnswer {
  readonly #raw: ServerResponse;
  readonly #gone = new AbortController();
  #progressAt = -Infinity;

  constructor(reply: FastifyReply) {
    reply.hijack();
    this.#raw = reply.raw;
    this.#raw.on('close', () => this.#gone.abort());
    this.#raw.writeHead(HttpStatus.OK, {
      'content-type': 'application/x-ndjson',
      'cache-control': 'no-store',
    });
    this.#raw.flushHeaders();
  }

  /** Runs it, and closes with its last message. */
  async end(run: (task: LineTask) => Promise<object>): Promise<void> {
    this.#raw.end(`${JSON.stringify(await run(this.#task()))}\n`);
  }

  #task(): LineTask {
    return {
      report: (progress) => this.#report(progress),
      write: (output) => this.#write({ output }),
      signal: this.#gone.signal,
    };
  }

  /** Nobody waits for it. The caller may have gone, while the command goes on to its end. */
  #report(progress: object): void {
    const now = performance.now();
    if (now - this.#progressAt < PROGRESS_EVERY_MS || this.#raw.writableNeedDrain) return;
    this.#progressAt = now;
    if (!this.#gone.signal.aborted) this.#writeLine({ progress });
  }

  /** Waits for a reader who is slower than we are. Rejects if it goes. */
  async #write(message: object): Promise<void> {
    if (this.#writeLine(message)) return;
    await once(this.#raw, 'drain', { signal: this.#gone.signal });
  }

  /** False if the reader is slower than we are. */
  #writeLine(message: object): boolean {
    return this.#raw.write(`${JSON.stringify(message)}\n`);
  }
}
