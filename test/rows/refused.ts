import type { Answer } from '../http/harness.ts';

/** Waits for a refusal of this status and code; the problem that it says. */
export async function refused(asked: Promise<Answer>, status: number, code: string): Promise<Answer['json']> {
  const answer = await asked;
  expect([answer.status, answer.json?.code]).toEqual([status, code]);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  return answer.json;
}
