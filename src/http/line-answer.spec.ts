import { once } from 'node:events';
import { get } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fastify } from 'fastify';
import { LineAnswer } from './line-answer.ts';

it('a command whose caller has gone reports to nobody, and goes on to its end', async () => {
  const server = fastify();
  const done = new Promise<string>((resolve) => {
    server.get('/', async (_, reply) => {
      await new LineAnswer(reply).end(async ({ report, signal }) => {
        await once(signal, 'abort');
        report({ step: 'copying' });
        await nextTurn(); // A rejection that nobody handles ends the process, and fails this test.
        resolve('copied');
        return { result: 'copied' };
      });
    });
  });
  const request = get(await server.listen({ host: '127.0.0.1', port: 0 }));
  const [response] = (await once(request, 'response')) as [{ destroy(): void }];
  response.destroy();
  expect(await done).toBe('copied');
  await nextTurn();
  await server.close();
});
