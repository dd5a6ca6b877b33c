import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Service } from '../e2e/service.ts';

/** What `npm run build` joins into few files must be in the process only once: docs/adr/0018-bundled.md. */

const TWO_COPIES = '../../tools/two-copies.js';
const { complaintsAbout, packageOf } = (await import(TWO_COPIES)) as {
  complaintsAbout: (build: { named: Set<string>; inputs: object; installed: object }) => string[];
  packageOf: (importOrPlace: string) => string;
};

describe('the service as it is built', () => {
  const BUILT = new URL('../../dist/src/', import.meta.url).pathname;
  const folder = mkdtempSync(join(tmpdir(), 'onhand-bundle-'));
  let loaded: ReadonlySet<string>;

  beforeAll(async () => {
    const list = join(folder, 'loaded');
    const listing = `
      import { appendFileSync } from 'node:fs';
      import { registerHooks } from 'node:module';
      const load = (url, context, next) => {
        appendFileSync(${JSON.stringify(list)}, url + '\\n');
        return next(url, context);
      };
      registerHooks({ load });`;
    const service = await Service.start({
      NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(listing)}`,
    });
    expect((await service.call('GET', '/openapi.json')).status).toBe(200);
    await service.stop();
    loaded = packagesAmong(readFileSync(list, 'utf8').split('\n'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has no second copy of anything that is bundled', () => {
    const maps = readdirSync(BUILT).filter((file) => file.endsWith('.map'));
    const sources = maps.flatMap(
      (file) => (JSON.parse(readFileSync(join(BUILT, file), 'utf8')) as { sources: string[] }).sources,
    );
    const bundled = packagesAmong(sources);
    expect([...bundled]).toEqual(expect.arrayContaining(['@nestjs/core', 'rxjs', 'class-validator']));
    expect([...loaded]).toEqual(expect.arrayContaining(['class-transformer', 'commander', 'pino']));
    expect([...loaded].filter((name) => bundled.has(name))).toEqual([]);
  });

  it('loads no client of Kafka where there are no brokers', () => {
    expect([...loaded]).not.toContain('kafkajs');
  });

  const packagesAmong = (files: readonly string[]): Set<string> =>
    new Set(files.filter((file) => file.includes('/node_modules/')).map(packageOf));
});

describe('a build is refused', () => {
  const fastify = { dependencies: { ajv: '1', pino: '1' } };
  const installed = {
    '': { dependencies: { fastify: '1', ajv: '1' } },
    'node_modules/fastify': fastify,
    'node_modules/ajv': {},
    'node_modules/pino': {},
    'node_modules/try-out': { dev: true, dependencies: { ajv: '1' } },
  };
  const inputs = {
    'dist/src/cli.js': { imports: [{ path: 'node_modules/fastify/fastify.js' }] },
    'node_modules/fastify/fastify.js': {
      imports: [{ path: 'node_modules/ajv/dist/ajv.js' }, { path: 'pino', external: true }],
    },
    'node_modules/ajv/dist/ajv.js': { imports: [] },
  };
  const sound = { named: new Set(['fastify', 'ajv']), inputs, installed };

  it('only for a reason', () => {
    expect(complaintsAbout(sound)).toEqual([]);
  });

  it('where one that is not bundled would bring a second copy', () => {
    expect(complaintsAbout({ ...sound, named: new Set(['ajv']) })).toEqual([
      'fastify needs ajv, which is bundled: name both or neither.',
    ]);
    const plugin = { peerDependencies: { fastify: '1' } };
    expect(
      complaintsAbout({ ...sound, installed: { ...installed, 'node_modules/@fastify/some': plugin } }),
    ).toEqual(['@fastify/some needs fastify, which is bundled: name both or neither.']);
  });

  it('where a package would find another version than its own', () => {
    const nested = { ...installed, 'node_modules/fastify/node_modules/pino': {} };
    expect(complaintsAbout({ ...sound, installed: nested })).toEqual([
      'fastify has a pino of its own: name that too.',
    ]);
  });

  it('where a name stands for nothing', () => {
    expect(complaintsAbout({ ...sound, named: new Set(['fastify', 'ajv', 'joi']) })).toEqual([
      'Nothing needs joi: do not name it.',
    ]);
  });
});
