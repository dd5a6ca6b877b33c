import { createRequire } from 'node:module';
import fc from 'fast-check';
import { crc32c, mendCrc32c } from './crc32c.ts';

const require = createRequire(import.meta.url);
const PLACE = 'kafkajs/src/protocol/recordBatch/crc32C';
/** As it is shipped. */
const sumAsBefore = require(PLACE) as typeof crc32c;

describe('the checksum of a batch', () => {
  it('is that of the standard', () => {
    // RFC 3720, B.4, and the check value that catalogues of checksums give.
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
  });

  it('is what the client itself computes', () => {
    const bytes = fc.uint8Array({ maxLength: 600, size: 'max' });
    fc.assert(fc.property(bytes, (each) => crc32c(each) === sumAsBefore(each)));
  });

  it('replaces the client’s own', () => {
    mendCrc32c();
    expect(require(PLACE)).toBe(crc32c);
  });
});
