import { statSync } from 'node:fs';

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

/** The longest first, then the larger file first. */
export default class LongestFirst {
  constructor() {
    for (const file of LONGEST) statSync(file); // One that has moved is to be named here as it is.
  }

  sort(tests) {
    const sized = tests.map((test) => ({ test, place: placeOf(test), bytes: statSync(test.path).size }));
    return sized.sort((a, b) => a.place - b.place || b.bytes - a.bytes).map(({ test }) => test);
  }

  /** Jest hands over how long each took. The list above is enough. */
  cacheResults() {}
}

const placeOf = ({ path }) => (LONGEST.includes(path) ? LONGEST.indexOf(path) : LONGEST.length);
