import { murmur2, partOf } from './murmur2.ts';

const encoder = new TextEncoder();

describe('murmur2', () => {
  // The values of Apache Kafka's own test of its Java client (UtilsTest.testMurmur2).
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('of %p is what Java says', (text, hash) => {
    expect(murmur2(encoder.encode(text))).toBe(hash);
  });

  it('takes text as UTF-8 and never leaves its range', () => {
    for (const name of ['', 'ü', '杯', 'MUG-RED', '🫖', 'a'.repeat(1_000)]) {
      for (const parts of [1, 2, 7, 16, 1_024]) {
        const part = partOf(name, parts);
        expect(part).toBeGreaterThanOrEqual(0);
        expect(part).toBeLessThan(parts);
      }
    }
  });

  it('is the same part for a name however long, and of whatever letters', () => {
    const letters = ['a', '~', 'ü', '杯', '🫖'];
    for (const letter of letters) {
      for (const length of [0, 1, 2, 3, 4, 31, 63, 64, 65, 200]) {
        const name = `SKU-${letter}`.padEnd(length, letter);
        expect(partOf(name, 1_024)).toBe((murmur2(encoder.encode(name)) & 0x7fffffff) % 1_024);
      }
    }
  });

  it('spreads names evenly', () => {
    const counts = new Array<number>(16).fill(0);
    for (let n = 0; n < 16_000; n++) counts[partOf(`SKU-${n}`, 16)]!++;
    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1_200);
  });
});
