/** How long to wait for another try: doubled each time, with a random part, so that tries do not fall in step. */
export interface Pauses {
  readonly firstMsMax: number;
  readonly msMax: number;
}

/** The first is 2.5–5 s, then 5–10 s, 10–20 s, … */
export const PAUSES: Pauses = { firstMsMax: 5_000, msMax: 300_000 };

/** `failures` ≥ 1; `random` in [0, 1). From half to all of the doubled time, so that each pause is longer than the last. */
export function pauseMs(failures: number, pauses: Pauses, random: number): number {
  const most = Math.min(pauses.msMax, pauses.firstMsMax * 2 ** (failures - 1));
  return Math.round(most * (0.5 + random / 2));
}
