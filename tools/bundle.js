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
 * The packages that are bundled. All others stay where npm put them, also one that is added later. A package belongs here if
 * many of its files are loaded at each start. It must read no files of its own, have no compiled parts, start no threads, and
 * not be reached into by `require` (as we do with kafkajs and class-transformer).
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

/** What Node is told to run: two commands, and each thread. All go into `dist/src`: a thread's file is beside what starts it. */
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
  splitting: true, // What is imported only when needed stays in a chunk of its own.
  format: 'esm',
  platform: 'node',
  target: 'node24',
  keepNames: true, // Names of classes stand in the API's documents and in the log.
  sourcemap: 'linked',
  sourcesContent: false,
  // Packages in CommonJS call `require` for what is not bundled.
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

/** Leaves imports of Node's own modules and of packages that are not named. `./files` and `#rooms` are ours. */
function leaveTheRest({ onResolve }) {
  onResolve({ filter: /^[^.#/]/ }, ({ path, kind }) =>
    kind === 'entry-point' || BUNDLED.has(packageOf(path)) ? undefined : { path, external: true },
  );
}
