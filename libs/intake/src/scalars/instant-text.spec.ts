import fc from 'fast-check';
import { explainInstant, parseInstant } from './instant-text.ts';

describe('an instant', () => {
  it.each([
    ['2026-11-20T10:15:30Z', '2026-11-20T10:15:30.000Z'],
    ['2026-11-20T10:15:30.1Z', '2026-11-20T10:15:30.100Z'],
    ['2026-11-20T10:15:30.123999999Z', '2026-11-20T10:15:30.123Z'],
    ['2026-11-20T00:15:30+02:00', '2026-11-19T22:15:30.000Z'],
    ['2026-11-20T10:15:30-05:30', '2026-11-20T15:45:30.000Z'],
    ['2026-11-20T10:15:30+00:59', '2026-11-20T09:16:30.000Z'],
    ['2026-11-20t10:15:30z', '2026-11-20T10:15:30.000Z'],
    ['2024-02-29T23:59:59Z', '2024-02-29T23:59:59.000Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
  ])('%s is %s', (text, instant) => {
    expect(new Date(parseInstant(text)).toISOString()).toBe(instant);
  });

  it.each([
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-11-20T24:00:00Z',
    '2026-11-20T10:60:00Z',
    '2026-11-20T23:59:60Z',
    '2026-11-20T10:15:30.Z',
    '2026-11-20T10:15:30',
    '2026-11-20T10:15Z',
    '2026-11-20 10:15:30Z',
    '2026-11-20',
    '20261120T101530Z',
    '+002026-11-20T10:15:30Z',
    '2026-11-20T10:15:30+0100',
    '2026-11-20T10:15:30+24:00',
    '2026-11-20T10:15:30+01:60',
    '2026-11-20T10:15:30+01:000',
    '2026-11-20T10:15:30ZZ',
    '２026-11-20T10:15:30Z',
    '1763633730',
    'tomorrow',
    '',
  ])('%j is no instant', (text) => {
    expect(parseInstant(text)).toBeNaN();
  });

  it('is what Date reads, for every text that Date writes', () => {
    const dates = fc.date({ min: new Date('0100-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(fc.property(dates, (date) => expect(parseInstant(date.toISOString())).toBe(date.getTime())));
  });

  it('never makes an instant out of anything Date cannot read', () => {
    const bitten = fc
      .tuple(fc.date({ noInvalidDate: true }), fc.nat(), fc.constantFrom(...'0193:-+TZ. z'.split('')))
      .map(([date, at, letter]) => {
        const text = date.toISOString();
        return text.slice(0, at % text.length) + letter + text.slice((at % text.length) + 1);
      });
    fc.assert(
      fc.property(bitten, (text) => {
        const instant = parseInstant(text);
        if (!Number.isNaN(instant)) expect(instant).toBe(Date.parse(text));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('why a value is no instant', () => {
  it.each([
    ['2026-11-20T10:15:30', 'TIMESTAMP_ZONE_REQUIRED'],
    ['2026-11-20T10:15:30.5', 'TIMESTAMP_ZONE_REQUIRED'],
    ['2026-02-30T10:15:30', 'TIMESTAMP_INVALID'],
    ['2026-02-30T10:15:30Z', 'TIMESTAMP_INVALID'],
    [1_763_633_730_000, 'TIMESTAMP_INVALID'],
    [null, 'TIMESTAMP_INVALID'],
  ])('%j: %s', (value, code) => {
    expect(explainInstant(value, '/time')).toMatchObject({ code, pointer: '/time' });
  });
});
