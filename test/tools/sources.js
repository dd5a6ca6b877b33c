/**
 * Runs the TypeScript sources as they are in a plain Node process, decorators and all, compiled as jest does:
 * `node --import ./test/tools/sources.js --conditions=source src/cli.ts`. For tests that need a process of its
 * own to kill; nothing that is built is in the way.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';
import 'reflect-metadata';

const swc = JSON.parse(readFileSync(new URL('../../.swcrc', import.meta.url), 'utf8'));
swc.jsc.rewriteRelativeImportExtensions = false;

registerHooks({
  load(url, context, nextLoad) {
    if (!url.endsWith('.ts') || url.includes('/node_modules/')) return nextLoad(url, context);
    const filename = fileURLToPath(url);
    const { code } = transformSync(readFileSync(filename, 'utf8'), { ...swc, filename, swcrc: false });
    return { format: 'module', source: code, shortCircuit: true };
  },
});
