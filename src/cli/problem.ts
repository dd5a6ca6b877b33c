import { Fault, FILE_WORDS } from '#kernel';
import type { Rejection } from '#inventory';

/** Why a command did not do what was asked, in the form that travels from the service to the command line. */
interface Problem {
  /** Stable and upper case, as in the HTTP answers. */
  readonly code: string;
  /** One sentence that says what to do next. */
  readonly detail: string;
  readonly hint?: string;
}

/** Thrown by a command; everything else it throws is a fault of a room, the file system, or our own bug. */
export class CommandRefused extends Error {
  readonly problem: Problem;

  constructor(problem: Problem | Rejection) {
    super(problem.detail);
    this.name = 'CommandRefused';
    this.problem = {
      code: problem.code,
      detail: problem.detail,
      ...(problem.hint && { hint: problem.hint }),
    };
  }
}

/** Any error as a problem. Only our own bugs carry a stack, and that goes to the log of whoever runs it. */
export function problemOf(error: unknown): Problem {
  if (error instanceof CommandRefused) return error.problem;
  if (error instanceof Fault) {
    const detail = error.message.replace(SERVICE_ONLY, '');
    return { code: error.code, detail, ...causeOf(error) };
  }
  if (isFileError(error)) return { code: 'INPUT_OUTPUT', detail: fileSentence(error) };
  if (isDiskError(error)) return diskProblem(error);
  if (hasName(error, 'AbortError')) return INTERRUPTED;
  const detail = error instanceof Error ? error.message : String(error);
  return { code: 'BUG', detail: `An error inside OnHand, please report it: ${detail}` };
}

/** A room says it of a service that runs on; a command has ended with it. */
const SERVICE_ONLY = / OnHand keeps retrying\.$/;

/** Node's own codes for a file or folder that cannot be read or written. */
const FILE_ERRORS =
  /^E(NOENT|ACCES|PERM|ISDIR|NOTDIR|EXIST|NOSPC|IO|ROFS|MFILE|NFILE|NAMETOOLONG|NOTEMPTY|PIPE|BUSY)$/;

const isFileError = (error: unknown): error is NodeJS.ErrnoException =>
  typeof error === 'object' && error !== null && 'code' in error && FILE_ERRORS.test(String(error.code));

/** What SQLite says of the disk: it has no room, is read-only, cannot be read or written, a file cannot be opened. */
const SQLITE_FULL = 13;
const DISK_ERRORS: readonly number[] = [SQLITE_FULL, 8, 10, 14];

interface DiskError {
  readonly errcode: number;
  readonly message: string;
}

const isDiskError = (error: unknown): error is DiskError =>
  typeof error === 'object' &&
  error !== null &&
  'errcode' in error &&
  typeof error.errcode === 'number' &&
  DISK_ERRORS.includes(error.errcode & 0xff);

/** By its name: what Node throws need not be an Error of this realm. */
const hasName = (error: unknown, name: string): boolean =>
  typeof error === 'object' && error !== null && 'name' in error && error.name === name;

/** What lies behind a fault, in its own words: it often is the better half of the sentence, where it is not in it. */
const causeOf = ({ cause, message }: Fault): { hint?: string } =>
  cause instanceof Error && !message.includes(cause.message) ? { hint: cause.message } : {};

/** What is left of it each command knows for itself: `afterInterrupt`. */
const INTERRUPTED: Problem = { code: 'INTERRUPTED', detail: 'Stopped before the end.' };

/** Of a file that was just being made or opened: no room has yet put a name to it. */
function diskProblem({ errcode, message }: DiskError): Problem {
  if ((errcode & 0xff) === SQLITE_FULL)
    return {
      code: 'STORE_FULL',
      detail: 'The disk is full. Free some space and try again.',
      hint: message,
    };
  return { code: 'INPUT_OUTPUT', detail: `The file system says: ${message}.` };
}

function fileSentence(error: NodeJS.ErrnoException): string {
  const words = FILE_WORDS[error.code ?? ''] ?? error.message;
  return error.path === undefined ? `The file system says: ${words}.` : `${error.path}: ${words}.`;
}
