import type { Out } from './terminal/page.ts';

/** What a command line is connected to; tests bring their own. */
export interface Io {
  readonly stdout: Out;
  readonly stderr: Out;
  readonly env: NodeJS.ProcessEnv;
  /** Aborts when the user wants it to end. */
  readonly signal: AbortSignal;
}
