import { statSync } from 'node:fs';
import Sequencer from '@jest/test-sequencer';

const ROOT = new URL('../..', import.meta.url).pathname;

/**
 * The longest of `npm test` and of `npm run test:kafka`. Jest goes by the size of a file it has not run yet, and these are
 * small: they came last, and all but one worker were idle while the last of them ran.
 */
const LONGEST = [
  'test/torture/kills.spec.ts',
  'test/torture/ends.spec.ts',
  'test/eventstoredb/outage.spec.ts',
  'test/eventstoredb/kills.spec.ts',
  'test/cli/through-service.spec.ts',
  'src/service.spec.ts',
  'test/eventstoredb/command-line.spec.ts',
  'test/eventstoredb/copy.spec.ts',
  'test/eventstoredb/many-processes.spec.ts',
  'src/cli/exit-codes.spec.ts',
  'libs/event-store/sqlite/settling.spec.ts',
  'libs/kafka/src/stand-in.spec.ts',
  'test/history/verify.spec.ts',
  'test/http/unfinished.spec.ts',
  'libs/event-store/sqlite/crash.spec.ts',
  'test/kafka/outages.e2e-spec.ts',
  'test/kafka/intake.e2e-spec.ts',
  'test/kafka/publisher-nodes.e2e-spec.ts',
  'test/kafka/publisher.e2e-spec.ts',
  'test/kafka/silence.e2e-spec.ts',
  'test/kafka/leaderless.e2e-spec.ts',
  'test/kafka/proof.e2e-spec.ts',
].map((file) => `${ROOT}${file}`);

/** Those first, in this order; the others as jest sorts them. */
export default class LongestFirst extends Sequencer {
  constructor(...context) {
    super(...context);
    for (const file of LONGEST) statSync(file); // One that has moved is to be named here as it is.
  }

  sort(tests) {
    const isLong = ({ path }) => LONGEST.includes(path);
    const long = tests.filter(isLong).sort((a, b) => LONGEST.indexOf(a.path) - LONGEST.indexOf(b.path));
    return [...long, ...super.sort(tests.filter((test) => !isLong(test)))];
  }
}
