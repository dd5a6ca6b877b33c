import { readSettings } from '../../environment.ts';
import { HttpService } from '../../http-service.ts';

/** A service of the demo's own, in this process. */
export interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts it on the port named or set, or on any free one where nobody named one and that is taken. */
export async function startOnFreePort({
  env,
  dataDir,
  port,
}: {
  readonly env: NodeJS.ProcessEnv;
  readonly dataDir: string;
  readonly port: number | undefined;
}): Promise<Running> {
  const start = (taken: number | string): Promise<Running> =>
    HttpService.start(
      readSettings({ ...env, DATA_DIR: dataDir, PORT: String(taken), HOST: '127.0.0.1', AUTH: 'off' }),
    );
  if (port !== undefined) return start(port);
  try {
    return await start(env.PORT ?? DEFAULT_PORT);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return start(0);
  }
}

const DEFAULT_PORT = 3_000;
