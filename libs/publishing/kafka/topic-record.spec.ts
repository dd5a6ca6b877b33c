import fc from 'fast-check';
import { UNIT } from '#kernel';
import { availabilityRecord, orderRecord, readKey, versionOf } from './topic-record.ts';

const AT = Date.UTC(2026, 0, 5, 8);
const TIME = '2026-01-05T08:00:00.000Z';

describe('a record of the compacted topics', () => {
  const number = { channel: 'web', listing: 'MUG:red', sku: 'MUG', available: 2.5 * UNIT, version: 9 };
  const common = {
    ce_specversion: '1.0',
    ce_source: 'onhand',
    ce_time: TIME,
    'content-type': 'application/json',
  };

  it('of a listing is its number as over HTTP, with CloudEvents headers', () => {
    const { key, value, headers } = availabilityRecord({ ...number, recordedAt: AT, reason: 'sale' });
    expect(key).toBe('web:MUG:red');
    expect(JSON.parse(value)).toEqual({ ...number, available: 2.5, recordedAt: TIME, reason: 'sale' });
    expect(headers).toEqual({
      ...common,
      ce_type: 'onhand.availability.changed.v1',
      ce_id: expect.stringMatching(/^availability-9-[0-9a-f]{16}$/),
    });
  });

  it('of an order is the order with its version', () => {
    const { key, value, headers } = orderRecord('web', 'o:1', {
      ...{ body: { orderId: 'o:1', status: 'open', version: 12 }, position: 12, recordedAt: AT },
    });
    expect(key).toBe('web:o:1');
    expect(JSON.parse(value)).toEqual({ orderId: 'o:1', status: 'open', version: 12 });
    expect(headers).toEqual({
      ...common,
      ce_type: 'onhand.order.updated.v1',
      ce_id: expect.stringMatching(/^order-12-[0-9a-f]{16}$/),
    });
  });

  it('is read back as its channel, its name with any colon in it, and its version', () => {
    expect(readKey('web:MUG:red')).toEqual({ channel: 'web', id: 'MUG:red' });
    expect(readKey('w:1')).toEqual({ channel: 'w', id: '1' });
    expect([readKey('web'), readKey(':MUG')]).toEqual([undefined, undefined]);
    const bytes = new Uint8Array(Buffer.from('  {"version":7}'));
    expect(versionOf(bytes.subarray(2))).toBe(7);
    const strange = ['{"version":"7"}', '{"version":7.5}', '{}', 'null', 'x'].map((text) =>
      Buffer.from(text),
    );
    expect([null, ...strange].map(versionOf)).toEqual(Array(6).fill(undefined));
  });

  it('has the version that a JSON parser finds, whatever is in its names, and none if it is not JSON', () => {
    const name = fc.oneof(fc.string(), fc.constantFrom('MUG', '"version":7,', 'a\\b', '{', 'é', '\u0001'));
    const numbers = fc.record({
      ...{ channel: name, listing: name, sku: name, reason: name },
      available: fc.integer({ min: 0, max: 1e17 }),
      version: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
      recordedAt: fc.constant(AT),
    });
    const broken = fc.tuple(fc.nat(), fc.constantFrom(...Buffer.from('"\\{}:,0- \n')));
    fc.assert(
      fc.property(numbers, fc.array(broken, { maxLength: 2 }), (told, breaks) => {
        const bytes = Buffer.from(availabilityRecord(told).value);
        for (const [at, byte] of breaks) bytes[at % bytes.length] = byte;
        expect(versionOf(bytes)).toBe(versionByJson(bytes.toString()));
      }),
      { numRuns: 2_000 },
    );
  });
});

function versionByJson(text: string): number | undefined {
  try {
    const { version } = JSON.parse(text) as { version?: unknown };
    return Number.isSafeInteger(version) ? (version as number) : undefined;
  } catch {
    return undefined;
  }
}
