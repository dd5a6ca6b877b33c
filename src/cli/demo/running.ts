import { readSettings } from '../../environment.ts';
import { HttpService } from '../../http-service.ts';
import { openLog } from '../../log.ts';

/** A service of the demo's own, in this process. */
export interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

interface Wanted {
  readonly env: NodeJS.ProcessEnv;
  readonly dataDir: string;
  readonly port: number | undefined;
}

/** Starts it on the port named or set, or on any free one where nobody named one and that is taken. */
export async function startOnFreePort(wanted: Wanted): Promise<Running> {
  if (wanted.port !== undefined) return start(wanted, wanted.port);
  try {
    return await start(wanted, wanted.env.PORT ?? PORT_DEFAULT);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return start(wanted, 0);
  }
}

const PORT_DEFAULT = 3_000;
const STANDARD_ERROR = 2;

/** Open to everybody on this machine; its log tells only what goes wrong, beside the story. */
async function start({ env, dataDir }: Wanted, port: number | string): Promise<Running> {
  const own = { DATA_DIR: dataDir, PORT: String(port), HOST: '127.0.0.1', AUTH: 'off' };
  const settings = readSettings({ LOG_LEVEL: 'error', ...env, ...own });
  const log = openLog(settings.LOG_LEVEL, STANDARD_ERROR);
  const service = await HttpService.start(settings, { log: log.logger, droppedLogLines: log.dropped });
  return {
    url: service.url,
    stop: async () => {
      await service.stop();
      log.flush();
    },
  };
}
