import { readBody, type BodyReading } from '#intake';

/**
 * How long intake takes from the bytes of a body to canonical messages, beside JSON.parse alone on the same
 * bytes in the same run. `node --conditions=source test/bench/intake.ts [--json]`
 */
const MESSAGES = 1_000;
const ROUNDS = 200;
const NOW = Date.UTC(2026, 10, 20, 12);

const message = (index: number): object => ({
  specversion: '1.0',
  id: `order-${index}`,
  source: 'web',
  type: 'order.placed',
  time: '2026-11-20T10:15:30.123Z',
  data: {
    orderId: `100${index}`,
    currency: 'EUR',
    lines: [
      { line: '1', sku: `MUG-RED-${index}`, quantity: 2, price: 12.5 },
      { line: '2', sku: 'MUG-BLUE', quantity: 1, price: 9.95 },
    ],
  },
});

const batch = Buffer.from(JSON.stringify(Array.from({ length: MESSAGES }, (_, index) => message(index))));
const one = Buffer.from(JSON.stringify(message(1)));

const bench = (
  name: string,
  messages: number,
  run: () => unknown,
): { name: string; value: number; unit: string } => {
  const runs = (ROUNDS * MESSAGES) / messages;
  for (let i = 0; i < runs / 4; i++) run();
  const started = performance.now();
  for (let i = 0; i < runs; i++) run();
  const microseconds = ((performance.now() - started) * 1_000) / (runs * messages);
  return { name, value: Math.round(microseconds * 100) / 100, unit: 'µs/message' };
};

const accepted = ({ readings }: BodyReading): void => {
  if (!readings.every((reading) => 'message' in reading)) throw new Error('The bench sends good messages.');
};
const BATCH = 'application/cloudevents-batch+json';
const ONE = 'application/cloudevents+json';
const results = [
  bench('JSON.parse alone, a batch of 1,000', MESSAGES, () => JSON.parse(batch.toString())),
  bench('bytes → messages, a batch of 1,000', MESSAGES, () => accepted(readBody(batch, BATCH, NOW))),
  bench('bytes → message, one at a time', 1, () => accepted(readBody(one, ONE, NOW))),
];
if (process.argv.includes('--json')) console.log(JSON.stringify(results));
else {
  console.log(`messages of ${one.length} bytes`);
  for (const { name, value, unit } of results) console.log(`${name.padEnd(40)} ${value.toFixed(2)} ${unit}`);
}
