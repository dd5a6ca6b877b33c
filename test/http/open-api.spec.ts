import { validate } from '@readme/openapi-parser';
import { type Running, startService } from './harness.ts';

let running: Running;
beforeAll(async () => {
  running = await startService();
});
afterAll(() => running.stop());

it('is a valid OpenAPI 3.1 document', async () => {
  const { json } = await running.ask('GET /openapi.json');
  const result = await validate(structuredClone(json));
  expect({ errors: [], ...result }).toMatchObject({ valid: true, errors: [] });
  expect(json.openapi).toBe('3.1.0');
});

it('has every route, and no other', async () => {
  const { json } = await running.ask('GET /openapi.json');
  const documented = Object.entries<object>(json.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const served = running.service.routes.routes
    .filter(({ method }) => method !== 'HEAD')
    .map(({ method, path }) => `${method} ${path.replace(/:([A-Za-z]+)/g, '{$1}')}`);
  expect(documented.sort()).toEqual([...new Set(served)].sort());
});

it('says of whatever writes that it may not be able to, and of pages that they have media types of their own', async () => {
  const { json } = await running.ask('GET /openapi.json');
  const reads = ['/v1/policies/preview', '/v1/reconciliations', '/v1/simulations'];
  const writing = Object.entries<any>(json.paths).flatMap(([path, { put, post }]) =>
    reads.includes(path)
      ? []
      : [put, post].flatMap((each) => (each ? [{ path, statuses: each.responses }] : [])),
  );
  expect(writing.length).toBeGreaterThan(15);
  for (const { path, statuses } of writing)
    expect([path, Object.keys(statuses)]).toEqual([path, expect.arrayContaining(['503', '507'])]);
  for (const [path, { put }] of Object.entries<any>(json.paths))
    if (put) expect([path, Object.keys(put.responses)]).toEqual([path, expect.arrayContaining(['409'])]);

  const { 200: part, 404: none } = json.paths['/docs/{part}'].get.responses;
  expect(Object.keys(part.content)).toEqual(['*/*']);
  expect(none.description).toBe('NOT_FOUND');
  expect(json.servers).toEqual([{ url: '/' }]);
});

it('names what the parameters of every read refuse', async () => {
  const { json } = await running.ask('GET /openapi.json');
  const codesOf = (operation: any): string[] =>
    Object.keys(operation.responses['400']?.content['application/problem+json'].examples ?? {});
  const reads = Object.entries<any>(json.paths).flatMap(([path, { get }]) => (get ? [{ path, get }] : []));
  const asking = (kind: string) =>
    reads.filter(({ get }) => (get.parameters ?? []).some((each: any) => each.in === kind));
  expect(asking('query').length).toBeGreaterThan(20);
  for (const { path, get } of asking('query'))
    expect([path, codesOf(get)]).toEqual([path, expect.arrayContaining(['INVALID_PARAMETER'])]);
  for (const { path, get } of asking('path').filter(({ path }) => path.startsWith('/v1/')))
    expect([path, codesOf(get)]).toEqual([
      path,
      expect.arrayContaining([expect.stringMatching(/^(ID|SKU|SCOPE)_/)]),
    ]);
});
