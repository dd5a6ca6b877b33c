import { openLog } from './answers.ts';
import { keepLog, writeLines } from './kept-log.ts';

/**
 * Keeps a log here for ever, with what this version answers from it. In the repository's folder:
 * `node --import ./test/tools/sources.js --conditions=source test/old-logs/keep.ts NAME [DATA_DIR]`.
 *
 * - An event gets another field, or there is a new type of event: run a day with it, keep its log under a new name, and add
 *   the name to the spec. Never change a log that is kept.
 * - The answers from an old log change on purpose: run this without DATA_DIR, and say so in the changelog.
 * - Only the hash of the picture changes: some shelf has other rows. Increase that shelf's version, so that pictures from
 *   before are made anew, then run this without DATA_DIR.
 *
 * A day without Kafka or a failing webhook does not store every type: the last six events of `0.1.0` were written by hand.
 */
const [log, directory] = process.argv.slice(2);
if (log === undefined) throw new Error('Name the log.');
if (directory !== undefined) keepLog(directory, log);
const { answers, picture, wrong, isSameRebuilt } = await openLog(log);
writeLines(`${log}.answers.jsonl`, [...answers, { picture }]);
process.stdout.write(
  `${answers.length} answers; verify: ${wrong.join('; ') || 'all right'}; same when rebuilt: ${isSameRebuilt}\n`,
);
process.exit();
