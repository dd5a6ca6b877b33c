import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { Fault, FILE_WORDS } from '#kernel';

/** Bytes that can be read more than once, such as a file. */
export interface ByteSource {
  /** Its name in error messages. */
  readonly name: string;
  /** Its size as stored, compressed or not: progress is measured by it. */
  readonly size: number;
  /** From the beginning. `onRead` is told how many bytes of `size` have been read. */
  open(onRead?: (bytes: number) => void): AsyncIterable<Uint8Array>;
}

/** The file cannot be read, is damaged, or changed while it was read. */
export class FileUnreadable extends Fault {
  readonly code = 'FILE_UNREADABLE';
  readonly retriable = false;
}

const CHUNK_BYTES = 262_144;
const GZIP_MAGIC = [0x1f, 0x8b];

/** A file, unpacked on the way if it is a gzip file, whatever its name. Throws FileUnreadable. */
export async function fileSource(path: string): Promise<ByteSource> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new FileUnreadable(`${path} cannot be read: ${reason(cause)}.`, { cause });
  });
  // A pipe can be read only once, and a pipe of the caller's does not exist in the service that reads for it.
  if (!found.isFile()) {
    throw new FileUnreadable(
      `${path} is not a regular file but a folder, a pipe or a device. Save its content to a file, and name that file.`,
    );
  }
  return { name: path, size: found.size, open: (onRead) => readBytes(path, onRead) };
}

async function* readBytes(path: string, onRead?: (bytes: number) => void): AsyncIterable<Uint8Array> {
  try {
    yield* unpacked(createReadStream(path, { highWaterMark: CHUNK_BYTES }), onRead);
  } catch (cause) {
    if (!isInputError(cause)) throw cause;
    throw new FileUnreadable(`${path} cannot be read to its end: ${reason(cause)}.`, { cause });
  }
}

/** The bytes, unpacked if they are gzip. `onRead` is told how many of them were read. */
export async function* unpacked(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  onRead: (bytes: number) => void = () => undefined,
): AsyncIterable<Uint8Array> {
  const counted = count(bytes, onRead);
  const first = await counted.next();
  if (first.done === true) return;
  const whole = startingWith(first.value, counted);
  if (GZIP_MAGIC.every((byte, index) => first.value[index] === byte)) yield* gunzip(whole);
  else yield* whole;
}

/** Unpacks at the reader's pace, so that a small file that becomes huge takes no memory. */
async function* gunzip(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const { Readable, pipeline } = await import('node:stream');
  const unzip = createGunzip({ chunkSize: CHUNK_BYTES });
  // Its errors come out of `unzip`, to whoever reads it.
  pipeline(Readable.from(bytes), unzip, () => undefined);
  yield* unzip as AsyncIterable<Uint8Array>;
}

async function* startingWith(first: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return(undefined); // A reader who stops at the first would leave the file open.
  }
}

async function* count(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const chunk of bytes) {
    onRead((read += chunk.length));
    yield chunk;
  }
}

/** Errors of the file system and of zlib have a code. */
const isInputError = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && !(error instanceof Fault) && 'code' in error;

const reason = (cause: unknown): string =>
  FILE_WORDS[String((cause as { code?: unknown }).code)] ??
  (cause instanceof Error ? cause.message : String(cause));
