import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Farewell } from './farewell.ts';

it('is not over while somebody has asked whom a busy process has not read yet', async () => {
  const farewell = new Farewell();
  const met: boolean[] = [];
  const server = createServer((_request, response) => {
    met.push(farewell.meet());
    response.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await Promise.all([once(server, 'connection'), once(client, 'connect')]);
  const said = farewell.say();
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  for (const until = performance.now() + 200; performance.now() < until;); // As long as it says, and longer.
  await said;
  expect(met).toEqual([true]);
  client.destroy();
  server.close();
});
