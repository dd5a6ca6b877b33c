import { readSettings } from '../environment.ts';
import { runService } from '../run-service.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';

/** Runs the service in this process until it is told to stop. */
export const performStart = async ({ env, signal }: Io): Promise<ExitCode> =>
  (await runService(readSettings(env), signal)) === 0 ? 0 : 1;
