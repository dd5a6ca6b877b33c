/**
 * A small merchant's day, told through Kafka to the OnHand that runs on this DATA_DIR: sets up its places and
 * channels, sends the day's messages to the topic, and shows what came of them.
 * `docker compose --profile demo run --rm demo`, or by hand: `node examples/merchant-day/play.js`.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PATIENCE_MS = 60_000;
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const onhand = (...words) =>
  execFileSync(process.execPath, [here('../../bin/onhand.js'), ...words], { encoding: 'utf8' });

const url = `http://127.0.0.1:${process.env.PORT ?? 3000}`;
const { id: keyId, key } = JSON.parse(onhand('keys', 'create', '--role', 'admin', '--json'));
process.once('exit', () => onhand('keys', 'revoke', keyId)); // It was for this play only.

async function ask(path, init = {}) {
  const headers = { authorization: `Bearer ${key}`, ...init.headers };
  const answer = await fetch(url + path, { ...init, headers });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${JSON.stringify(body)}`);
  return body;
}

/** Every line of the day has ended as something, and all that follows from it is published. */
async function untilPublished(before) {
  const told = readFileSync(here('day.jsonl'), 'utf8').trim().split('\n').length;
  for (const deadline = Date.now() + PATIENCE_MS; ;) {
    const { head, posted, projected, published, counts } = await ask('/v1/status');
    const isAtRest = posted === head && projected === head && published === head;
    if (counts.received >= before + told && isAtRest) return counts;
    if (Date.now() > deadline) throw new Error(`not published in time: ${JSON.stringify(counts)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const imported = await ask('/v1/catalog/import', {
  method: 'POST',
  headers: { 'content-type': 'application/jsonl' },
  body: readFileSync(here('set-up.jsonl')),
});
console.log(`set up: ${JSON.stringify(imported.counts ?? imported)}`);
const { counts } = await ask('/v1/status');
console.log(onhand('produce', here('day.jsonl')).trim());
const after = await untilPublished(counts.received);
console.log(`what became of the messages: ${JSON.stringify(after)}`);
for (const channel of ['web', 'market', 'till']) {
  const { items } = await ask(`/v1/channels/${channel}/availability`);
  console.log(`${channel}: ${items.map(({ listing, available }) => `${listing} ${available}`).join(', ')}`);
}
