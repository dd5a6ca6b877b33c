import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { DISPOSITIONS, MESSAGE_TYPES } from '#inventory';
import { ATTRIBUTES_MAX } from '../limits.ts';
import { Envelope } from './envelope.ts';
import { messageExample } from './examples.ts';
import { type Field, shapeOf, type WireClass } from './field.ts';
import { MESSAGE_CLASSES } from './message-classes.ts';
import { validatorOf } from './validators.ts';

/** What class-validator says, by the decorators themselves. */
const isValidByDecorators = (type: WireClass, value: object): boolean =>
  validateSync(plainToInstance(type, value), {
    whitelist: type !== Envelope, // An envelope may carry extensions.
    forbidNonWhitelisted: type !== Envelope,
    forbidUnknownValues: true,
  }).length === 0;

const DROP = Symbol('left out');
const word = fc.constantFrom('a', 'lager-ost', 'MUG-RED', '1001', 'Ä 1');
const wrong = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    ' ',
    '.',
    0,
    -1,
    1.5,
    1e21,
    Infinity,
    NaN,
    true,
    [],
    {},
    [null],
    [1],
    'a\u0000',
    'x'.repeat(2_000),
  ),
  fc.constantFrom<unknown>(
    'a\ud800',
    '2026-02-30T00:00:00Z',
    '2026-11-20T10:15:30',
    '5',
    0.000001,
    Number.MAX_SAFE_INTEGER + 1,
  ),
  fc.anything({ maxDepth: 1 }).filter((value) => value !== undefined),
);
const attributes = fc.oneof(
  fc.dictionary(fc.string({ maxLength: 5 }), fc.string({ maxLength: 5 }), { maxKeys: 3 }),
  fc.dictionary(fc.string({ minLength: 1, maxLength: 3 }), word, {
    minKeys: ATTRIBUTES_MAX - 1,
    maxKeys: ATTRIBUTES_MAX + 2,
  }),
  fc.dictionary(word, fc.oneof(word, wrong), { maxKeys: 2 }),
);

/** Values that are right for a field most of the time. */
function valueOf(field: Field): fc.Arbitrary<unknown> {
  const { reading } = field;
  switch (reading.as) {
    case 'quantity':
      return fc.constantFrom(1, 2.5, 0.00001, -1, 0, 1_000_000_000);
    case 'instant':
      return fc.constantFrom('2026-11-20T10:15:30Z', '2026-11-20T10:15:30.123456+01:00');
    case 'attributes':
      return attributes;
    case 'object':
      return objectOf(reading.type);
    case 'lines':
      return fc.array(
        fc.oneof({ weight: 15, arbitrary: objectOf(reading.type) }, fc.constantFrom(null, 1, [], 'x')),
        {
          maxLength: 3,
        },
      );
    case 'told':
      return fc.oneof(
        word,
        fc.constantFrom<unknown>(...DISPOSITIONS, ...MESSAGE_TYPES),
        fc.constantFrom(0, 42, true, 'https://example.com/x'),
      );
  }
}

/** Objects of a class: mostly right, with fields left out, wrong, or unknown. */
function objectOf(type: WireClass): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.fromEntries(
    [...shapeOf(type)].map(([name, field]) => [
      name,
      fc.oneof(
        { weight: 20, arbitrary: valueOf(field) },
        { weight: field.isOptional ? 10 : 1, arbitrary: fc.constant(DROP) },
        { weight: 1, arbitrary: wrong },
      ),
    ]),
  );
  const extra = fc.oneof(
    { weight: 15, arbitrary: fc.constant({}) },
    fc.constantFrom({ unknown: 1 }, { orderID: 'x' }, { Lines: [] }),
  );
  return fc
    .tuple(fc.record(fields), extra)
    .map(([object, more]) =>
      Object.fromEntries(Object.entries({ ...object, ...more }).filter(([, value]) => value !== DROP)),
    );
}

/** A good message's data with one thing changed, so that many stand just beside the line between good and bad. */
const nearlyGood = (
  type: WireClass,
  good: Record<string, unknown>,
): fc.Arbitrary<Record<string, unknown>> => {
  const names = [...shapeOf(type).keys(), 'unknown'];
  const change = fc.tuple(fc.constantFrom(...names), fc.oneof(wrong, fc.constant(DROP), attributes));
  return fc
    .oneof(fc.constant([]), fc.array(change, { maxLength: 1 }))
    .map((changes) =>
      Object.fromEntries(
        Object.entries({ ...good, ...Object.fromEntries(changes) }).filter(([, value]) => value !== DROP),
      ),
    );
};

describe('the decorators and what is compiled from them agree', () => {
  const kinds: [string, WireClass, Record<string, unknown>][] = [
    ['Envelope', Envelope, { ...messageExample('order.placed'), data: undefined }],
    ...MESSAGE_TYPES.map((type): [string, WireClass, Record<string, unknown>] => [
      type,
      MESSAGE_CLASSES[type],
      messageExample(type)['data'] as Record<string, unknown>,
    ]),
  ];

  it.each(kinds)('on %s', (_, type, good) => {
    const { isValid, errorsOf } = validatorOf(type);
    const seen = { good: 0, bad: 0 };
    fc.assert(
      fc.property(fc.oneof(objectOf(type), nearlyGood(type, good)), (value) => {
        const byDecorators = isValidByDecorators(type, value);
        expect(isValid(value)).toBe(byDecorators);
        expect(errorsOf(value).length === 0).toBe(byDecorators);
        seen[byDecorators ? 'good' : 'bad']++;
      }),
      { numRuns: 200 },
    );
    // Or it would have shown nothing.
    expect(Math.min(seen.good, seen.bad)).toBeGreaterThan(10);
  });

  it.each(kinds)('that the example of %s is valid', (_, type, good) => {
    expect(isValidByDecorators(type, good)).toBe(true);
    expect(validatorOf(type).errorsOf(good)).toEqual([]);
  });
});
