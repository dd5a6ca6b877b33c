import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

/** Starts a module beside this one as a thread. If this is a source, so is that one: the condition `source` is passed on. */
export function startWorker(module: string, workerData: unknown): Worker {
  const extension = extname(import.meta.url);
  return new Worker(new URL(`${module}${extension}`, import.meta.url), {
    workerData,
    execArgv: extension === '.ts' ? ['--conditions=source'] : [],
  });
}
