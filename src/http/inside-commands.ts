import type { FastifyInstance } from 'fastify';

/** The commands of the command line that run inside the service. The doors know no more of them than this. */
export abstract class InsideCommands {
  /** Undefined where there is none of this name. */
  abstract find(name: string): Promise<InsideCommand | undefined>;
}

export interface InsideCommand {
  /** True if it reads or writes files of this machine. */
  readonly usesFiles: boolean;
  /** Its last message: its result, or its problem. Never throws. */
  run(args: object, parts: InsideParts): Promise<object>;
}

export interface InsideParts {
  /** The doors to ask what they answer, and the header that opens them. */
  readonly doors: FastifyInstance;
  readonly authorization: string;
  /** How far it is; may be left out where the next follows soon. */
  readonly report: (progress: object) => void;
  /** Text of its output, in order; resolves when the next may come. */
  readonly write: (output: string) => Promise<void>;
  /** Aborts when whoever asked has gone. */
  readonly signal: AbortSignal;
}
