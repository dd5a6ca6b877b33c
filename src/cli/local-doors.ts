import { AppModule } from '../app.module.ts';
import { gaugesOf } from '../gauges.ts';
import { Gatekeeper } from '../http/gatekeeper.ts';
import { Metrics } from '../http/metrics.ts';
import { RateLimit } from '../http/rate-limit.ts';
import { Server } from '../http/server.ts';
import { Traffic } from '../http/traffic.ts';
import type { OnHand } from '../service.ts';
import { newServiceSecret } from '../service-file.ts';
import { type Ask, askOf } from './ask.ts';
import { insideCommands } from './inside.ts';

/** The doors of a service that nobody else can reach: they are there, and listen nowhere. */
export interface LocalDoors {
  readonly ask: Ask;
  close(): Promise<void>;
}

export async function openLocalDoors(onhand: OnHand): Promise<LocalDoors> {
  const { log } = onhand;
  const secret = newServiceSecret();
  const metrics = new Metrics({ ...gaugesOf(onhand), droppedLogLines: () => 0 });
  const module = AppModule.of({
    onhand,
    metrics,
    cursorKey: onhand.cursorKey(),
    documents: { openApi: () => '{}', asyncApi: () => '{}' },
    commands: insideCommands(onhand),
  });
  const gatekeeper = new Gatekeeper({
    auth: 'keys',
    answersAll: true,
    serviceSecret: secret,
    authenticate: () => undefined,
    rate: new RateLimit(),
  });
  const server = await Server.create({ module, gatekeeper, traffic: new Traffic(() => undefined), log });
  return {
    ask: askOf(server.app.getHttpAdapter().getInstance(), `Bearer ${secret}`),
    close: async () => {
      await server.close();
      metrics.close();
    },
  };
}
