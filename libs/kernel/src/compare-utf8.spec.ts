import fc from 'fast-check';
import { compareUtf8 } from './compare-utf8.ts';

it('orders any two texts as their UTF-8 bytes do', () => {
  const text = fc.string({ unit: 'binary', maxLength: 8 });
  const near = fc
    .array(fc.constantFrom('a', 'é', '\uffff', '\ue000', '\ud7ff', '😀', '\u{10ffff}'), { maxLength: 4 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(text, near), fc.oneof(text, near), (a, b) => {
      expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { numRuns: 5_000 },
  );
});
