import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that a system hands out by itself: nobody else has it while a server is being started again. */
const PORT_MIN = 10_000;
const PORT_MAX = 30_000;

/** A port of 127.0.0.1 that is free, and stays so. */
export async function steadyPort(): Promise<number> {
  for (;;) {
    const port = PORT_MIN + Math.floor(Math.random() * (PORT_MAX - PORT_MIN));
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
