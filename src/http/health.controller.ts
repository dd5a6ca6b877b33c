import { Controller, Get, Res, ServiceUnavailableException } from '@nestjs/common';
import { type HealthCheckResult, HealthCheckService, type HealthIndicatorFunction } from '@nestjs/terminus';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { StoreUnavailable } from '#event-store';
import { Fault } from '#kernel';
import { OnHand } from '../service.ts';
import { Door } from './door.ts';

/** Reads that are older than this are not worth asking for. */
const LAG_SECONDS_MAX = 30;
const UNAVAILABLE = 503;

/** Is the process alive, and should requests be sent here? */
@Controller('health')
@ApiTags('About the service')
export class HealthController {
  /** As it was last told. */
  #wasReady = true;

  constructor(
    private readonly health: HealthCheckService,
    private readonly onhand: OnHand,
  ) {}

  /** Asks nothing else: to restart us for a full disk would only make it worse. */
  @Get('live')
  @Door({ access: 'open', does: 'Whether the process is alive.', answers: { 200: 'Health' } })
  live(): object {
    return { status: 'ok' };
  }

  @Get('ready')
  @Door({
    access: 'open',
    does: 'Whether requests can be sent here and, if not, what is wrong.',
    answers: { 200: 'Health', 503: 'Health' },
  })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    try {
      const doors = [...this.onhand.doors].map(([name, ask]): HealthIndicatorFunction => {
        const { isReady, facts } = ask();
        return () => answer(name, isReady, { ...facts });
      });
      const found = await this.health.check([this.#service, this.#store, this.#loops, this.#lag, ...doors]);
      this.#note(true, found);
      return found;
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      const found = error.getResponse() as HealthCheckResult;
      this.#note(false, found);
      void reply.code(UNAVAILABLE);
      return found;
    }
  }

  /** Probes ask every few seconds: only a change is worth a line. */
  #note(isReady: boolean, { error = {} }: HealthCheckResult): void {
    if (isReady === this.#wasReady) return;
    this.#wasReady = isReady;
    if (isReady) this.onhand.log.info('ready again');
    else this.onhand.log.warn({ down: error }, 'not ready');
  }

  readonly #service: HealthIndicatorFunction = () => answer('service', !this.onhand.isStopping);

  readonly #store: HealthIndicatorFunction = async () => {
    const why = await this.onhand.rooms.store.head().then(
      () => undefined,
      (error: unknown) => (error instanceof Fault ? error.message : 'it cannot be read'),
    );
    return answer('store', why === undefined, why === undefined ? {} : { why });
  };

  readonly #loops: HealthIndicatorFunction = () => {
    const states = this.onhand.rooms.loops.states();
    return answer('loops', !Object.values(states).includes('failed'), states);
  };

  readonly #lag: HealthIndicatorFunction = async () => {
    const status = await this.onhand.status().catch((error: unknown) => {
      if (error instanceof StoreUnavailable) return undefined; // How far behind, only the store knows.
      throw error;
    });
    if (status === undefined) return answer('lag', false);
    return answer('lag', status.lag.seconds <= LAG_SECONDS_MAX, { ...status.lag });
  };
}

const answer = <Name extends string>(
  name: Name,
  isUp: boolean,
  details: Readonly<Record<string, unknown>> = {},
) => ({ [name]: { status: isUp ? 'up' : 'down', ...details } }) as Record<Name, { status: 'up' | 'down' }>;
