import { once } from 'node:events';
import { connect } from 'node:net';
import { until } from '../fixtures/waiting.ts';
import { type Running, startService } from './harness.ts';

let impatient: Running;
beforeAll(async () => {
  impatient = await startService({ AUTH: 'off' }, { requestMsMax: 1_000 });
});
afterAll(() => impatient.stop());

const HEAD = 'POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n';

it.each([
  ['nothing', ''],
  ['half of a head', HEAD],
  ['a head and no body', `${HEAD}Content-Length: 100\r\n\r\n`],
  ['what is no HTTP', '\0\r\n\r\n'],
])('ends the connection of who says %s and does not go', async (_, words) => {
  const port = Number(new URL(impatient.service.url).port);
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  if (words !== '') socket.write(words);
  let heard = '';
  socket.on('data', (part: Buffer) => (heard += part.toString()));
  await once(socket, 'end'); // Of what he is told; his own side is open still.
  expect(heard).toMatch(/^HTTP\/1.1 4/);
  // Each word is only to find out whether anybody is there still.
  await until(() => socket.closed || (socket.write('x'), false), 'it was ended');
});
