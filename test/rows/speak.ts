import { connect } from 'node:net';

interface Speaking {
  /** Between two parts. */
  readonly pauseMs?: number;
  /** Once all is said: what is waited for before we leave. Absent: we stay until the other side closes. */
  readonly leave?: () => Promise<void>;
}

/** Writes raw bytes to a port, part after part, and reads until the other side closes, or we leave. */
export function speak(
  url: string,
  parts: readonly string[],
  { pauseMs = 0, leave }: Speaking = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let heard = '';
    let next = 0;
    const go = (): void => void leave?.().then(() => socket.destroy(), reject);
    const writing = setInterval(() => {
      const part = parts[next++];
      // Whoever is answered before he has said all is not listened to any more.
      if (part !== undefined && socket.writable && heard === '') socket.write(part);
      if (next === parts.length) go();
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
