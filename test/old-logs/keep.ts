import { openLog } from './answers.ts';
import { keepLog, writeLines } from './kept-log.ts';

/**
 * Keeps a log here for ever, with what this version answers from it. In the repository's folder:
 * `node --import ./test/tools/sources.js --conditions=source test/old-logs/keep.ts NAME [DATA_DIR]`.
 *
 * - An event has another field, or there is a new type of event: run a day of it, keep its log under a new name, and add
 *   the name to the spec. Never change a log that is kept.
 * - An answer to an old log is meant to be another now: leave out DATA_DIR. Say in the changelog that it is.
 * - Only the picture's hash is another: some shelf has other rows. Increase its version, so that pictures of before are
 *   made anew, then leave out DATA_DIR.
 *
 * Nothing told to Kafka or refused by a webhook comes of such a day: the last six events of `0.1.0` were written by hand.
 */
const [log, directory] = process.argv.slice(2);
if (log === undefined) throw new Error('Name the log.');
if (directory !== undefined) keepLog(directory, log);
const { answers, picture, wrong, isSameRebuilt } = await openLog(log);
writeLines(`${log}.answers.jsonl`, [...answers, { picture }]);
process.stdout.write(
  `${answers.length} answers; verify: ${wrong.join('; ') || 'all right'}; ${isSameRebuilt}\n`,
);
process.exit();
