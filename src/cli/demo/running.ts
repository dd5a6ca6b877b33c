import { createServer } from 'node:net';
import { readSettings, type Settings } from '../../environment.ts';
import { isLogInFolder } from '../../settings/log-place.ts';
import { wrongAddressOr } from '../../settings/taken-address.ts';
import { HttpService } from '../../http-service.ts';
import { type LogOutput, openLog } from '../../log.ts';
import { CommandRefused } from '../problem.ts';

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
  const usual = Number(wanted.env.PORT ?? PORT_DEFAULT);
  return start(wanted, wanted.port ?? ((await isFree(usual)) ? usual : 0));
}

/** Asked beforehand: a service that finds its port taken says so in its log, and here that is no trouble. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
      .once('error', () => resolve(false))
      .listen(port, HOST, () => probe.close(() => resolve(true)));
  });
}

const PORT_DEFAULT = 3_000;
const HOST = '127.0.0.1';
const STANDARD_ERROR = 2;

/** Open to everybody on this machine; its log tells only what goes wrong, beside the story. */
async function start({ env, dataDir }: Wanted, port: number): Promise<Running> {
  const own = { DATA_DIR: dataDir, PORT: String(port), HOST, AUTH: 'off' };
  const settings = readSettings({ LOG_LEVEL: 'error', ...env, ...own });
  const log = openLog(settings.LOG_LEVEL, STANDARD_ERROR);
  const service = await listen(settings, log);
  if (!isLogInFolder(settings)) await refuseUsed(service);
  return {
    url: service.url,
    stop: async () => {
      await service.stop();
      log.flush();
    },
  };
}

async function listen(settings: Settings, { logger, dropped }: LogOutput): Promise<HttpService> {
  try {
    return await HttpService.start(settings, { log: logger, droppedLogLines: dropped });
  } catch (error) {
    throw wrongAddressOr(error, settings, '--port');
  }
}

/** What is played stays in the log for ever: only into one that nobody uses. */
async function refuseUsed(service: HttpService): Promise<void> {
  const { store, head } = await service.onhand.status();
  if (head === 0) return;
  await service.stop();
  throw new CommandRefused({
    code: 'LOG_NOT_EMPTY',
    detail: `${store} already holds a log, and the demo would stay in it for ever. Name an empty event store with EVENT_STORE.`,
  });
}
