import fc from 'fast-check';
import { isWithin, joined, type Span, spanOf, SPANS_MAX } from './hand-out.ts';

const span = fc
  .tuple(fc.nat(30), fc.nat(6))
  .map(([from, length]): Span => ({ from, through: from + length + 1 }));

it('what was handed out holds exactly the versions of all its spans, in as few as there can be', () => {
  fc.assert(
    fc.property(fc.array(span, { maxLength: SPANS_MAX }), span, (spans, other) => {
      const all = spans.reduce(joined<Span>, []);
      for (let version = 0; version < 40; version++) {
        const isIn = spans.some(({ from, through }) => from < version && version <= through);
        expect(spanOf(all, version) !== undefined).toBe(isIn);
      }
      for (const each of spans) expect(isWithin(all, each)).toBe(true);
      const versions = Array.from(
        { length: other.through - other.from },
        (_, index) => other.from + index + 1,
      );
      const isWhole = versions.every((version) => spanOf(all, version) !== undefined);
      expect(isWithin(all, other)).toBe(isWhole);
      expect(all.every(({ through }, index) => through < (all[index + 1]?.from ?? Infinity))).toBe(true);
    }),
  );
});

it('of very many spans that never meet, the oldest are forgotten', () => {
  let all: readonly Span[] = [];
  for (let from = 0; from < 10 * SPANS_MAX; from += 5) all = joined(all, { from, through: from + 2 });
  expect(all).toHaveLength(SPANS_MAX);
  expect(spanOf(all, 10 * SPANS_MAX - 4)).toBeDefined();
});
