import { connect } from 'node:net';

/** Writes raw bytes to a port, a part every `pauseMs`, and reads until the other side closes, or `leaveAfterMs`. */
export function speak(
  url: string,
  parts: readonly string[],
  pauseMs = 0,
  leaveAfterMs?: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    if (leaveAfterMs !== undefined) setTimeout(() => socket.destroy(), leaveAfterMs);
    let heard = '';
    let next = 0;
    const writing = setInterval(() => {
      const part = parts[next++];
      if (part !== undefined && socket.writable) socket.write(part);
    }, pauseMs);
    socket.on('data', (chunk) => (heard += chunk.toString()));
    socket.on('close', () => {
      clearInterval(writing);
      resolve(heard);
    });
    // Whoever is refused half-way finds the connection closed.
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? undefined : reject(error),
    );
  });
}
