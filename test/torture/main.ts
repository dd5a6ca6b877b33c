/** `npm run torture -- --kills N --seed S`: kill -9 of a whole service under load, as often as you like. */
import { parseArgs } from 'node:util';
import { torture } from './torture.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    shopkeepers: { type: 'string', default: '6' },
    life: { type: 'string', default: '400' },
    'on-server': { type: 'boolean', default: false },
  },
});
const [kills, seed] = [Number(values.kills), Number(values.seed)];
process.stdout.write(`SEED=${seed}\n`);
const startedAt = performance.now();
const report = await torture({
  kills,
  seed,
  shopkeepers: Number(values.shopkeepers),
  lifeMsMax: Number(values.life),
  onServer: values['on-server'],
  onKill: (done) => process.stderr.isTTY && process.stderr.write(`\r${done} of ${kills} kills`),
});
if (process.stderr.isTTY) process.stderr.write('\n');
const seconds = Math.round((performance.now() - startedAt) / 1_000);
process.stdout.write(`${JSON.stringify({ ...report, seconds }, undefined, 2)}\n`);
process.exitCode = report.findings.length === 0 ? 0 : 1;
