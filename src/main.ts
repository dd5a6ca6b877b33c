import { main } from './cli.ts';

/** `node dist/src/main.js` is `onhand start`. */
await main(['start', ...process.argv.slice(2)]);
