import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { retailFile } from '../fixtures/retail-rows.ts';
import { proveThroughKafka } from '../tools/kafka-proof.ts';

const ROWS = 6_000;

/** A merchant's file through a real Kafka, on a slice of our own making: `test/tools/kafka-proof.ts` does the whole. */
describe('a file produced, consumed and published through Kafka', () => {
  it('comes out as what it adds up to, though the service is killed and the broker away in between', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'onhand-proof-'));
    try {
      const file = join(folder, 'sales.csv');
      await writeFile(file, retailFile(ROWS).csv);
      const failures = await proveThroughKafka({ file, version: '4.1.1', kills: 1, brokerDownSeconds: 2 });
      expect(failures).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
