import { setImmediate as nextTurn } from 'node:timers/promises';
import { type BodyReading, type IntakeReading, toArrival } from '#intake';
import type { Arrival } from '#inventory';
import type { Outcome } from '#journal';

/** What came of a body of many messages, each at its place. */
interface Told {
  readonly body: BodyReading;
  readonly outcomes: readonly Outcome[];
}

/** Tells one slice after the other, in order, with others served between. Throws what `accept` throws. */
export async function toldInSlices(
  slices: Iterable<BodyReading>,
  accept: (arrivals: readonly Arrival[]) => Promise<readonly Outcome[]>,
): Promise<Told> {
  let isMany = false;
  const readings: IntakeReading[] = [];
  const outcomes: Outcome[] = [];
  for (const slice of slices) {
    if (readings.length > 0) await nextTurn();
    isMany = slice.isMany;
    readings.push(...slice.readings);
    outcomes.push(...(await accept(slice.readings.map(toArrival))));
  }
  return { body: { isMany, readings }, outcomes };
}
