/**
 * The second half of `npm run build`: joins what `nest build` left in `dist`, and the packages of which many files are
 * loaded at each start, into few files. Three thousand files to find and read were more than half of a start
 * (docs/adr/0018-bundled.md).
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { complaintsAbout, packageOf } from './two-copies.js';

/**
 * Bundled. Any other package stays where npm put it, and so does one that is added later. A package belongs here if it
 * has many files at each start, and reads no files of its own, has no compiled parts, starts no threads, and nobody
 * reaches into it by `require` (as we do into kafkajs and class-transformer).
 */
const BUNDLED = new Set([
  '@fastify/ajv-compiler',
  '@fastify/fast-json-stringify-compiler',
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/cqrs',
  '@nestjs/mapped-types',
  '@nestjs/platform-fastify',
  '@nestjs/swagger',
  '@nestjs/terminus',
  '@opentelemetry/api',
  'ajv',
  'ajv-formats',
  'class-validator',
  'class-validator-jsonschema',
  'es-toolkit',
  'fast-json-stringify',
  'fast-uri',
  'fastify',
  'libphonenumber-js',
  'prom-client',
  'rxjs',
  'semver',
  'undici',
  'validator',
]);

const root = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(root, 'dist');

/** What Node is told to run: the two commands, and each thread. They stand side by side, for a thread is started from beside. */
const entries = [
  'src/cli.js',
  'src/main.js',
  ...readdirSync(join(DIST, 'libs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.worker.js'))
    .map((file) => join('libs', file)),
].map((file) => ({ in: join(DIST, file), out: `src/${basename(file, '.js')}` }));

const bundled = await build({
  absWorkingDir: root,
  entryPoints: entries,
  outdir: DIST,
  chunkNames: 'src/[name]-[hash]',
  bundle: true,
  splitting: true, // What is imported when needed stays out of the way until then.
  format: 'esm',
  platform: 'node',
  target: 'node24',
  keepNames: true, // Names of classes stand in the API's documents and in the log.
  sourcemap: 'linked',
  sourcesContent: false,
  // Packages in CommonJS require what is not bundled with them.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
  plugins: [{ name: 'only-what-is-named', setup: leaveTheRest }],
  allowOverwrite: true,
  write: false,
  metafile: true,
  logLevel: 'warning',
});

const { inputs } = bundled.metafile;
const { packages: installed } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const complaints = complaintsAbout({ inputs, installed, named: BUNDLED });
if (complaints.length > 0) {
  process.stderr.write(`tools/bundle.js, BUNDLED:\n${complaints.join('\n')}\n`);
  process.exit(1);
}

rmSync(DIST, { recursive: true });
for (const { path, contents } of bundled.outputFiles) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}

/** Names of packages and of Node's own modules are left as they stand; `./files` and `#rooms` are ours. */
function leaveTheRest({ onResolve }) {
  onResolve({ filter: /^[^.#/]/ }, ({ path, kind }) =>
    kind === 'entry-point' || BUNDLED.has(packageOf(path)) ? undefined : { path, external: true },
  );
}
