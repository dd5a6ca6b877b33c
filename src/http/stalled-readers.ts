import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** How long a client may leave an answer unread before its connection ends; the same as for a feed. */
export const STALLED_MS_MAX = 60_000;
const LOOKS_PER_STALL = 4;

/**
 * Ends the connections of clients that no longer read: an answer that nobody takes would keep its place among those
 * being answered for ever. A client that reads slowly, a little at a time, is not cut off.
 */
export function endStalledReaders(server: Server, stalledMsMax: number): void {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  const looking = setInterval(
    () => open.forEach((socket) => look(socket, stalledMsMax)),
    stalledMsMax / LOOKS_PER_STALL,
  );
  looking.unref();
  server.once('close', () => clearInterval(looking));
}

/**
 * Where something waits to be taken, the socket's own timer runs: it begins anew with each byte that leaves, and Node
 * ends the connection when it runs out. Between requests it is Node's for itself, and has another time.
 */
function look(socket: Socket, stalledMsMax: number): void {
  const isOurs = socket.timeout === stalledMsMax;
  if (socket.writableLength === 0) {
    if (isOurs) socket.setTimeout(0);
  } else if (!isOurs) socket.setTimeout(stalledMsMax);
}
