/** A short bench in this very process, for a profiler: `node --cpu-prof … profile.ts NAME`. */
import { BENCHES } from './benches.ts';

console.table(await BENCHES[process.argv[2] ?? 'chain']!({ isShort: true }));
