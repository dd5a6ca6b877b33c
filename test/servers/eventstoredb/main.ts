/**
 * The double in a process of its own, to be killed and started again:
 * `node test/servers/eventstoredb/main.ts [port] [file] [indexMs]` prints its address once it listens.
 */
import { EventStoreDbDouble } from './event-store-db-double.ts';

const [port = '0', file, indexMs = '0'] = process.argv.slice(2);
const double = await EventStoreDbDouble.start({ port: Number(port), ...(file !== undefined && { file }) });
double.faults.indexMs = Number(indexMs);
process.stdout.write(`${double.url}\n`);
