import { type BodyReading, readBodyInSlices } from '#intake';
import type { Arrival } from '#inventory';
import type { Outcome } from '#journal';
import { turnsDuring } from '../../libs/kernel/testing/turns-during.ts';
import { toldInSlices } from './told-in-slices.ts';

const accept = (arrivals: readonly Arrival[]): Promise<Outcome[]> =>
  Promise.resolve(arrivals.map((_, position) => ({ outcome: 'accepted', position, recordedAt: 0 })));
const bodyOf = (value: unknown): Generator<BodyReading> =>
  readBodyInSlices(Buffer.from(JSON.stringify(value)), 'application/json', 0);

it('leaves turns to others while a long body is told, and none while an ordinary one is', async () => {
  const message = { id: 'm', data: { reason: 'x'.repeat(4_000) } };
  const told = toldInSlices(bodyOf(Array(600).fill(message)), accept);
  expect(await turnsDuring(told)).toBeGreaterThan(5);
  expect((await told).outcomes).toHaveLength(600);
  expect(await turnsDuring(toldInSlices(bodyOf(Array(60).fill(message)), accept))).toBe(0);
});

it('knows many that are none from one', async () => {
  expect((await toldInSlices(bodyOf([]), accept)).body).toEqual({ isMany: true, readings: [] });
  expect((await toldInSlices(bodyOf({}), accept)).body).toMatchObject({ isMany: false, readings: [{}] });
});
