import type { ExceptionAnswer } from '../answers.ts';
import { number } from '../../terminal/words.ts';
import type { Fact, Stage } from '../stage.ts';

/** Builds facts of one day, so that a scene reads as what happens in it. */
export type Teller = (source: string, id: string, type: string, at: string, data: object) => Fact;

export const tellerOf =
  (day: string): Teller =>
  (source, id, type, at, data) => ({ source, id, type, time: `${day}T${at}:00Z`, data });

export const line = (sku: string, quantity: number): object => ({ sku, quantity });
export const listed = (listing: string, quantity: number): object => ({ listing, quantity });

/** Shows what cannot be right and is still open, with who claims what. */
export async function showExceptions(stage: Stage, kind: string): Promise<readonly ExceptionAnswer[]> {
  const open = await stage.client.all<ExceptionAnswer>(`/v1/exceptions?state=open&kind=${kind}`);
  if (open.length === 0) stage.note(`open exceptions (${kind}): none`);
  for (const { sku, location, quantity, claims } of open) {
    const who = claims.map(
      (claim) => `${claim.channel ?? '?'} ${claim.orderId ?? ''} (${number(claim.quantity)})`,
    );
    const claimed = who.length === 0 ? '' : `, claimed by ${who.join(' and ')}`;
    stage.note(`open exception (${kind}): ${number(quantity)} ${sku} in ${location ?? '?'}${claimed}`);
  }
  return open;
}
