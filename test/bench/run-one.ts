/** One bench, in a process of its own: `run-one.ts NAME [--short]`. Sends its figures to the parent. */
import { BENCHES, SERVER_BENCHES } from './benches.ts';

const [name = '', short] = process.argv.slice(2);
const figures = await { ...BENCHES, ...SERVER_BENCHES }[name]!({ isShort: short === '--short' });
process.send!(figures, () => process.disconnect());
