/** Opens a store and holds it until it is killed: `directory`. */
import { systemClock } from '#kernel';
import { SqliteEventStore } from '../index.ts';

await SqliteEventStore.open({ directory: process.argv[2]!, clock: systemClock, writer: 'thread' });
process.stdout.write('ready\n');
