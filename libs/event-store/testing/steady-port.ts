import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that the system assigns by itself, so that nobody else takes it while a server is restarted. */
const PORT_MIN = 10_000;
const PORT_MAX = 30_000;

/** A port of 127.0.0.1 that is free, and stays free. */
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
