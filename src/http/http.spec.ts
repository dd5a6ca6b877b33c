import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../environment.ts';
import { HttpService } from '../http-service.ts';
const dir = mkdtempSync(join(tmpdir(), 'onhand-'));
let service: HttpService;
beforeAll(async () => {
  service = await HttpService.start(readSettings({ DATA_DIR: dir, PORT: '0', AUTH: 'off' }));
});
afterAll(async () => {
  await service?.stop();
  rmSync(dir, { recursive: true });
});
const call = async (method: string, path: string, body?: unknown, headers: any = {}) => {
  const r = await fetch(service.url + path, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const t = await r.text();
  return [r.status, Object.fromEntries(r.headers), t.slice(0, 700)];
};
it('x', async () => {
  for (const a of [
    ['PUT', '/v1/locations/leipzig', { kind: 'warehouse' }],
    ['PUT', '/v1/locations/leipzig', { kind: 'warehouse' }],
    ['GET', '/v1/locations/leipzig'],
    ['GET', '/v1/locations/x'],
    ['GET', '/v1/locations?limit=-1'],
    ['GET', '/v1/locations?limit=1&limit=2'],
    ['GET', '/v1/locations?limit[]=1'],
    ['GET', '/v1/locations?cursor=xx'],
    ['GET', '/v1/locations?atLeast=9999'],
    ['GET', '/nope'],
    ['DELETE', '/v1/locations/x'],
    ['TRACE', '/v1/locations'],
    ['GET', '/v1/locations/%zz'],
    ['GET', '/v1/items/%00'],
    ['PUT', '/v1/items/%2e%2e%2f', {}],
    ['PUT', '/v1/channels/web', { kind: 'storefront', webhook: { url: 'http://127.1/x', secret: 's' } }],
    ['PUT', '/v1/channels/web', { kind: 'storefront', locations: ['nope'] }],
    ['PUT', '/v1/channels/web', '{"kind":"shop"}', { 'content-type': 'text/plain' }],
    ['PUT', '/v1/channels/web', '{"kind":"shop","nam":1}'],
    ['GET', '/health/ready'],
    ['GET', '/v1/status'],
    ['GET', '/docs'],
    ['GET', '/docs/start.js'],
    ['GET', '/metrics'],
    ['GET', '/v1/locations/'],
    ['GET', '/openapi.json'],
  ] as any) {
    if (a[0] === 'TRACE') continue;
    console.log(a, ...(await call(a[0], a[1], a[2], a[3])));
  }
});
