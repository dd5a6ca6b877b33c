import type { KafkaIntake } from '#intake/kafka';
import { AppModule } from './app.module.ts';
import { insideCommands } from './cli/inside.ts';
import { gaugesOf } from './gauges.ts';
import { asyncApiOf } from './http/async-api.ts';
import type { Caller } from './http/caller.ts';
import { Gatekeeper } from './http/gatekeeper.ts';
import { Metrics } from './http/metrics.ts';
import { openApiOf } from './http/open-api.ts';
import { KEY_RATE, type Rate, RateLimit } from './http/rate-limit.ts';
import { Server } from './http/server.ts';
import { Traffic } from './http/traffic.ts';
import type { Settings } from './environment.ts';
import { kafkaDocumentOf, kafkaIntakeOf } from './kafka.ts';
import { Loops } from './loops.ts';
import { OnHand, type OpenOptions } from './service.ts';
import { newServiceSecret, removeServiceFile, writeServiceFile } from './service-file.ts';

/** How long requests that have begun may still take when the service stops. */
const DRAIN_MS_MAX = 10_000;

export interface HttpServiceOptions extends OpenOptions {
  readonly rate?: Rate;
  readonly requestMsMax?: number;
  readonly stalledMsMax?: number;
  readonly droppedLogLines?: () => number;
  /** Awaited when all but the port is ready: whoever listens on it meanwhile must close now. */
  readonly beforeListening?: () => Promise<void>;
}

/** OnHand with HTTP in front: started in order, stopped in order. */
export class HttpService {
  readonly onhand: OnHand;
  readonly url: string;
  readonly #server: Server;
  readonly #metrics: Metrics;
  /** The loops of other doors than HTTP. */
  readonly #doors: Loops;
  #stopped: Promise<void> | undefined;

  private constructor(parts: {
    onhand: OnHand;
    url: string;
    server: Server;
    metrics: Metrics;
    doors: Loops;
  }) {
    this.#doors = parts.doors;
    this.onhand = parts.onhand;
    this.url = parts.url;
    this.#server = parts.server;
    this.#metrics = parts.metrics;
  }

  /** Resolves when requests are answered. Throws what OnHand.open throws, and EADDRINUSE. */
  static async start(settings: Settings, options: HttpServiceOptions = {}): Promise<HttpService> {
    const publish = settings.ROLES.includes('publishing');
    const onhand = await OnHand.open(settings, { publish, joins: true, ...options });
    try {
      return await HttpService.#serve(onhand, options);
    } catch (error) {
      await onhand.close();
      throw error;
    }
  }

  static async #serve(onhand: OnHand, options: HttpServiceOptions): Promise<HttpService> {
    const { settings, log } = onhand;
    const secret = newServiceSecret();
    const metrics = new Metrics({
      ...gaugesOf(onhand),
      droppedLogLines: options.droppedLogLines ?? (() => 0),
    });
    const traffic = new Traffic((answered) => {
      metrics.answered(answered);
      log.debug(answered, 'answered');
    });
    const gatekeeper = gatekeeperOf(onhand, secret, options.rate);
    const module = AppModule.of({
      onhand,
      metrics,
      cursorKey: onhand.cursorKey(),
      documents: {
        openApi: () => JSON.stringify(openApiOf(server.app)),
        asyncApi: () => JSON.stringify(asyncApiOf(url, kafkaDocumentOf(settings))),
      },
      commands: insideCommands(onhand),
    });
    const server = await Server.create({
      module,
      gatekeeper,
      traffic,
      log,
      telling: {
        clock: onhand.clock,
        accept: (arrivals, by) => onhand.rooms.journal.accept(arrivals, by),
        onAnswered: (outcomes) => metrics.messagesAnswered(outcomes),
      },
      requestMsMax: options.requestMsMax,
      stalledMsMax: options.stalledMsMax,
    });
    const intake = await kafkaIntakeOf(onhand, {
      onEnded: (ended) => metrics.messagesAnswered(ended),
      onFatal: options.onFatal ?? (() => undefined),
    });
    await options.beforeListening?.();
    const url = await server.listen(settings.HOST, settings.PORT);
    writeServiceFile(settings.DATA_DIR, { url: fromHere(url), secret, pid: process.pid });
    log.info({ url, dataDirectory: settings.DATA_DIR, auth: settings.AUTH }, 'ready');
    const doors = openOtherDoors(onhand, intake);
    return new HttpService({ onhand, url, server, metrics, doors });
  }

  get routes(): Server['routes'] {
    return this.#server.routes;
  }

  /** Takes no new requests, answers those that have begun, then closes the rooms. A second call waits for the first. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const { log, settings } = this.onhand;
    log.info('stopping');
    this.onhand.beginStopping();
    removeServiceFile(settings.DATA_DIR);
    this.onhand.rooms.feedPump.close();
    await Promise.all([this.#doors.stopAll(), this.#server.drain(DRAIN_MS_MAX)]);
    await this.#server.close();
    this.#metrics.close();
    await this.onhand.close();
    log.info('stopped');
  }
}

/** A service that listens on all addresses is reached from this machine by loopback. */
const fromHere = (url: string): string =>
  url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');

function gatekeeperOf(onhand: OnHand, serviceSecret: string, rate = KEY_RATE): Gatekeeper {
  const { AUTH, ROLES } = onhand.settings;
  return new Gatekeeper({
    auth: AUTH,
    answersAll: ROLES.includes('http'),
    serviceSecret,
    authenticate: (key) => callerOf(onhand, key),
    rate: new RateLimit(rate),
  });
}

/** Starts the intake from Kafka, if this process has one. */
function openOtherDoors(onhand: OnHand, intake: KafkaIntake | undefined): Loops {
  const doors = new Loops(onhand.log);
  if (intake === undefined) return doors;
  onhand.doors.set('kafka', () => {
    const { isReady, ...facts } = intake.status();
    return { isReady, facts };
  });
  doors.start('kafka', (ending) => intake.run(ending));
  return doors;
}

function callerOf(onhand: OnHand, key: string): Caller | undefined {
  const identity = onhand.rooms.keyDesk.authenticate(key);
  if (identity === undefined) return undefined;
  const { kind, id, name } = identity;
  if (kind === 'analyst' || kind === 'admin') return { kind, keyId: id };
  return { kind, name: name ?? '', keyId: id };
}
