import { once } from 'node:events';
import { createWriteStream, existsSync, type WriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { Io } from './io.ts';
import { CommandRefused } from './problem.ts';

/** Where a command's own text goes: a new file, or standard output; the result then goes to standard error. */
export class Output {
  /** True once text went to standard output. */
  isUsed = false;
  readonly #io: Io;
  readonly #file: NewFile | undefined;

  static async open(path: string | undefined, io: Io): Promise<Output> {
    return new Output(io, path === undefined ? undefined : await NewFile.open(path));
  }

  private constructor(io: Io, file: NewFile | undefined) {
    this.#io = io;
    this.#file = file;
  }

  write(text: string): Promise<void> {
    this.isUsed = this.#file === undefined;
    const out = this.#file?.stream ?? this.#io.stdout;
    return new Promise((done, failed) => {
      out.write(text, (error?: Error | null) => (error ? failed(error) : done()));
    });
  }

  /** All of it was written: the file gets its name. */
  async keep(): Promise<void> {
    await this.#file?.keep();
  }

  /** It ended before that: nothing is left behind. What went to standard output is out. */
  async drop(): Promise<void> {
    await this.#file?.drop();
  }
}

/** Written under another name until it is whole: a part must not be taken for all of it. */
class NewFile {
  readonly stream: WriteStream;
  readonly #path: string;
  readonly #partial: string;

  static async open(path: string): Promise<NewFile> {
    if (existsSync(path)) throw new CommandRefused(isThere(path));
    const partial = `${path}.partial`;
    await rm(partial, { force: true }); // Of one that was killed.
    const stream = createWriteStream(partial, { flags: 'wx', mode: 0o600, flush: true });
    await once(stream, 'open'); // Throws what the file system says, such as EACCES.
    return new NewFile(path, partial, stream);
  }

  private constructor(path: string, partial: string, stream: WriteStream) {
    this.#path = path;
    this.#partial = partial;
    this.stream = stream;
  }

  async keep(): Promise<void> {
    this.stream.end();
    await finished(this.stream);
    await rename(this.#partial, this.#path);
  }

  async drop(): Promise<void> {
    this.stream.destroy();
    await finished(this.stream).catch(() => undefined); // It did not end well: that is why it goes.
    await rm(this.#partial, { force: true });
  }
}

const isThere = (path: string) => ({
  code: 'INPUT_OUTPUT',
  detail: `${path} already exists, and nothing is overwritten. Name another path.`,
});
