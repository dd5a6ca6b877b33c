import { Injectable, type PipeTransform } from '@nestjs/common';
import { isSeen, SEEN_MS_MAX } from '../application/seen.ts';
import { OnHand } from '../service.ts';
import { tryAgain } from './problem.ts';
import { Turnstile } from './turnstile.ts';

/** Reads that wait for a position, at once. */
const WAITING_READS_MAX = 500;

/** `atLeast` of every read: what it asked for is passed on once reads include that position. */
@Injectable()
export class Freshness implements PipeTransform {
  readonly #waiting = new Turnstile({
    atOnceMax: WAITING_READS_MAX,
    waitingMax: 0,
    code: 'TOO_MANY_REQUESTS',
    busyWith: 'reads are waiting for a position',
  });

  constructor(private readonly onhand: OnHand) {}

  /** Throws NOT_YET if that takes too long. */
  async transform<Asked extends { readonly atLeast?: number | undefined }>(asked: Asked): Promise<Asked> {
    const { atLeast } = asked;
    if (atLeast === undefined || (await this.#waiting.run(() => isSeen(this.onhand, atLeast)))) return asked;
    const detail = `The answer does not include position ${atLeast} after ${SEEN_MS_MAX / 1000} seconds. Try again after Retry-After.`;
    throw tryAgain('NOT_YET', detail);
  }
}
