import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { until } from '../fixtures/waiting.ts';
import { type Running, startService } from './harness.ts';

/** Whatever one key does, the others are answered. */
let running: Running;
let open: Socket[] = [];
const keys: Record<string, string> = {};

beforeAll(async () => {
  running = await startService({ AUTH: 'keys' }, { stalledMsMax: 400 });
  const { secret } = JSON.parse(readFileSync(`${running.directory}/service.json`, 'utf8')) as {
    secret: string;
  };
  for (const id of ['greedy', 'modest']) {
    await running.ask(`PUT /v1/channels/${id}`, { kind: 'pos' }, { authorization: `Bearer ${secret}` });
    const made = await running.service.onhand.rooms.keyDesk.create({ channel: id });
    keys[id] = `Bearer ${'key' in made ? made.key : ''}`;
  }
});
afterAll(() => running.stop());
afterEach(() => {
  for (const socket of open) socket.destroy();
  open = [];
});

/** A connection that says this, and reads nothing before it is told to. */
function speaking(...words: readonly (string | Uint8Array)[]): Socket {
  const socket = connect(Number(new URL(running.service.url).port), '127.0.0.1').pause();
  socket.on('error', () => undefined);
  for (const word of words) socket.write(word);
  open.push(socket);
  return socket;
}

const head = (line: string, headers: readonly string[] = []): string =>
  [`${line} HTTP/1.1`, 'Host: 127.0.0.1', `Authorization: ${keys['greedy']}`, ...headers, '', ''].join(
    '\r\n',
  );

const modestAsks = async (): Promise<number> =>
  (await running.ask('GET /v1/completeness', undefined, { authorization: keys['modest']! })).status;

it('ends the connection of a client who reads none of its answers', async () => {
  const asked = head('GET /openapi.json').repeat(100);
  const socket = speaking(asked);
  // Each word is only to find out whether anybody is there still.
  await until(() => !socket.write('GET / HTTP/1.1\r\n\r\n') && socket.closed, 'it was ended');
  expect(await modestAsks()).toBe(200);
});

const MB = 1024 * 1024;
const inflating = (bytes: number): Uint8Array => {
  const whole = gzipSync(Buffer.alloc(bytes, ' '), { level: 0 });
  return whole.subarray(0, -8); // Its end is yet to come.
};
const JSON_TYPE = 'Content-Type: application/json';

describe('bodies on their way', () => {
  it.each<[string, () => readonly (string | Uint8Array)[]]>([
    ['announced', () => [head('POST /v1/events', [JSON_TYPE, `Content-Length: ${4 * MB}`])]],
    [
      'gzip',
      () => {
        const gzip = inflating(4 * MB - 4096);
        const headers = [JSON_TYPE, 'Content-Encoding: gzip', `Content-Length: ${gzip.length + 8}`];
        return [head('POST /v1/events', headers), gzip];
      },
    ],
    [
      'in chunks',
      () => [
        head('POST /v1/events', [JSON_TYPE, 'Transfer-Encoding: chunked']),
        `${(4 * MB - 4096).toString(16)}\r\n`,
        Buffer.alloc(4 * MB - 4096, ' '),
      ],
    ],
  ])('take no more than 128 MB for one key: %s', async (_, words) => {
    const sockets = Array.from({ length: 36 }, () => speaking(...words()));
    const refused = await Promise.race(
      sockets.map(async (socket) => {
        const [answer] = (await once(socket.resume(), 'data')) as [Buffer];
        return answer.toString();
      }),
    );
    expect(refused).toContain('429 Too Many Requests');
    expect(refused).toContain('"code":"TOO_MANY_REQUESTS"');
    expect(await modestAsks()).toBe(200);
  });
});
