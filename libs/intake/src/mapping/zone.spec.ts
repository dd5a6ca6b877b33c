import fc from 'fast-check';
import { Zone } from './zone.ts';

/** What the clocks of a zone show, by another way of Intl. */
function clocksOf(zone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  return (instant) => {
    const parts = format.formatToParts(instant);
    const part = (type: string): number => Number(parts.find((each) => each.type === type)!.value);
    const [year, month, day] = [part('year'), part('month') - 1, part('day')];
    return Date.UTC(year, month, day, part('hour'), part('minute'), part('second'));
  };
}

describe('the clocks of a place', () => {
  const HOUR_MS = 3_600_000;
  const instants = fc
    .integer({ min: Date.UTC(2000, 0, 1) / 60_000, max: Date.UTC(2030, 0, 1) / 60_000 })
    .map((minutes) => minutes * 60_000);
  const zones = [
    'UTC',
    'Europe/London',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'Pacific/Apia',
    'Africa/Casablanca',
  ];

  it.each(zones)('of %s are read back as the instant at which they showed it, or the first such', (name) => {
    const zone = Zone.named(name)!;
    const localOf = clocksOf(name);
    fc.assert(
      fc.property(instants, (instant) => {
        const local = localOf(instant);
        const found = zone.instantOf(local)!;
        expect(localOf(found)).toBe(local);
        expect(found).toBeLessThanOrEqual(instant);
        expect(instant - found).toBeLessThanOrEqual(HOUR_MS);
      }),
      { numRuns: 300 },
    );
  });

  it('skip an hour in spring and show one twice in autumn', () => {
    const zone = Zone.named('Europe/London')!;
    expect(zone.instantOf(Date.UTC(2011, 2, 27, 1, 0))).toBeUndefined();
    expect(zone.instantOf(Date.UTC(2011, 2, 27, 1, 59))).toBeUndefined();
    expect(zone.instantOf(Date.UTC(2011, 2, 27, 2, 0))).toBe(Date.UTC(2011, 2, 27, 1, 0));
    expect(zone.instantOf(Date.UTC(2011, 9, 30, 1, 0))).toBe(Date.UTC(2011, 9, 30, 0, 0));
    expect(zone.instantOf(Date.UTC(2011, 9, 30, 2, 0))).toBe(Date.UTC(2011, 9, 30, 2, 0));
  });

  it('are nowhere where there is no such place', () => {
    expect(Zone.named('Europe/Lodon')).toBeUndefined();
  });
});
