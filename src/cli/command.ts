import type { OnHand } from '../service.ts';
import type { Ask } from './ask.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Page } from './terminal/page.ts';

/**
 * A command that touches data. `run` happens in this process, or inside the service that holds the data
 * directory: the same code either way, so arguments and result are plain JSON. All else happens where the
 * words were typed.
 */
export interface Command<Args extends object, Result> {
  /** True if it makes sense on a data directory that is not there yet. */
  readonly begins?: boolean;
  /** True if `run` reads or writes files that its arguments name. */
  readonly usesFiles?: boolean;
  /** Makes what depends on the place absolute: paths are about the caller's folder, not the service's. */
  prepare?(args: Args): Args;
  /** The new file that `Task.write` fills; undefined is standard output. */
  writesTo?(args: Args): string | undefined;
  /** Throws CommandRefused where the answer is a "no". */
  run(onhand: OnHand, args: Args, task: Task): Promise<Result>;
  /** For people; `--json` prints the result as it is. */
  show(result: Result, page: Page, args: Args): void;
  /** 0 unless it says otherwise. */
  exitCode?(result: Result): ExitCode;
}

/** What a running command may tell before its result. */
export interface Task {
  /** Cheap: call it as often as you like. */
  readonly report: Report;
  /** Text for standard output or the file named, in order; resolves when the next may come. */
  readonly write: (text: string) => Promise<void>;
  /** Reads of the HTTP API, asked from inside. */
  readonly ask: Ask;
  /** Aborts when the user, or the connection, has gone. */
  readonly signal: AbortSignal;
}

export type Report = (progress: Progress) => void;

export interface Progress {
  /** What is being done now: `importing`, `rebuilding`. */
  readonly step: string;
  readonly done?: number;
  readonly total?: number;
  /** Of what: `lines`, `events`. */
  readonly unit?: string;
}

/** What travels from the service while a command runs there, one JSON object a line, the last one an end. */
export type CommandMessage =
  | { readonly progress: Progress }
  | { readonly output: string }
  | { readonly result: unknown }
  | { readonly problem: { readonly code: string; readonly detail: string; readonly hint?: string } };
