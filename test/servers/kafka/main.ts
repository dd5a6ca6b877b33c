/**
 * A broker by hand: `npm run kafka -- [version] [nodes]` prints its address once it answers, and runs until Ctrl+C.
 */
import { once } from 'node:events';
import { startKafka } from './cluster.ts';

const [version = '4.1.1', nodes = '1'] = process.argv.slice(2);
const cluster = await startKafka({ version, nodes: Number(nodes) });
process.stdout.write(`KAFKA_BROKERS=${cluster.brokers.join(',')}\n`);
const awake = setInterval(() => undefined, 60_000);
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
clearInterval(awake);
await cluster.stop();
