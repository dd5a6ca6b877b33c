import { StoreUnavailable } from '#event-store';
import { pause } from '#kernel';
import { type Settings, settingWarnings } from './environment.ts';
import { HttpService, type HttpServiceOptions } from './http-service.ts';
import { type LogOutput, openLog } from './log.ts';
import type { CatchingUp } from './rooms-on-picture.ts';
import { type Waiting, WaitingRoom } from './waiting-room.ts';
import { isLogInFolder } from './settings/log-place.ts';
import { wrongAddressOr } from './settings/taken-address.ts';

/** The longest that a stop may take, whatever hangs. Kubernetes kills the process after 30 s. */
const STOP_MS_MAX = 25_000;
const FAILED = 1;
/** How often a start is tried again while the store does not answer. */
const STORE_EVERY_MS = 2_000;

/**
 * Runs the service until `signal` aborts, and stops it in an orderly way. Resolves with the exit code: 0, or 1 if it had to
 * end by itself. Throws BadSettings, DataDirectoryLocked, DataDirectoryUnusable and whatever else keeps it from starting.
 */
export async function runService(settings: Settings, signal: AbortSignal): Promise<number> {
  const log = openLog(settings.LOG_LEVEL);
  for (const warning of settingWarnings(settings)) log.logger.warn(warning);
  const fatal = Promise.withResolvers<void>();
  const onFatal = (cause: unknown): void => {
    log.logger.fatal(
      { err: cause },
      'OnHand cannot continue and ends: restart it, and it recovers from the log',
    );
    fatal.resolve();
  };
  const unwatch = endOnBugs(log);
  try {
    const service = await startWhenItCan(settings, { log, onFatal, signal });
    if (service === undefined) return 0;
    const hasFailed = await Promise.race([aborted(signal).then(() => false), fatal.promise.then(() => true)]);
    await stopInTime(service, log);
    return hasFailed ? FAILED : 0;
  } finally {
    unwatch();
    log.flush();
  }
}

interface StartParts {
  readonly log: LogOutput;
  readonly onFatal: (cause: unknown) => void;
  readonly signal: AbortSignal;
}

/**
 * A store on another machine may start later than we do: we wait for it. Catching up with a long log takes minutes, and a
 * stop need not wait for that. Meanwhile requests are answered with the reason. Undefined if `signal` aborted first.
 */
async function startWhenItCan(settings: Settings, parts: StartParts): Promise<HttpService | undefined> {
  let room: WaitingRoom | undefined;
  const wait = async (waiting: Waiting): Promise<void> => {
    room ??= await WaitingRoom.open(settings, waiting);
    room.waiting = waiting;
  };
  const leave = async (): Promise<void> => room?.close();
  const { log, onFatal, signal } = parts;
  const options: HttpServiceOptions = {
    ...{ log: log.logger, onFatal, signal, droppedLogLines: log.dropped, beforeListening: leave },
    onCatchingUp: (progress) => wait({ for: 'picture', why: catchingUpWords(progress) }),
  };
  try {
    for (;;) {
      try {
        return await HttpService.start(settings, options);
      } catch (error) {
        if (signal.aborted && error === signal.reason) return undefined;
        if (isLogInFolder(settings) || !(error instanceof StoreUnavailable)) throw error;
        log.logger.warn({ err: error }, 'waiting for the event store');
        await wait({ for: 'store', why: error.message });
        await pause(STORE_EVERY_MS, signal);
        if (signal.aborted) return undefined;
      }
    }
  } catch (error) {
    throw wrongAddressOr(error, settings, 'PORT');
  } finally {
    await leave();
  }
}

function catchingUpWords({ position, head, percent, secondsLeft }: CatchingUp): string {
  const left = secondsLeft === undefined ? '' : `, about ${secondsLeft} s to go`;
  return `OnHand starts once it has caught up with its log: it is at position ${position} of ${head} (${percent} %${left}).`;
}

/** Ends the process if the stop takes too long. A second signal of the operating system has its usual effect again. */
async function stopInTime(service: HttpService, log: LogOutput): Promise<void> {
  const deadline = setTimeout(() => {
    log.logger.fatal('OnHand could not be stopped in time: everything acknowledged is safe');
    log.flush();
    process.exit(FAILED);
  }, STOP_MS_MAX).unref();
  await service.stop();
  clearTimeout(deadline);
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** After an uncaught error nothing in memory can be trusted: the process ends, and the next start reads the log. */
function endOnBugs({ logger, flush }: LogOutput): () => void {
  const end = (error: unknown): void => {
    logger.fatal({ err: error }, 'an unexpected error: the process ends');
    flush();
    process.exit(FAILED);
  };
  process.on('uncaughtException', end).on('unhandledRejection', end);
  return () => void process.off('uncaughtException', end).off('unhandledRejection', end);
}
