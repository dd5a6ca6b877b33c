/** The command line from its sources, in a process of its own: `node --conditions=source test/tools/onhand.js import …`. */
import './sources.js';

const { main } = await import('../../src/cli.ts');
await main(process.argv.slice(2));
