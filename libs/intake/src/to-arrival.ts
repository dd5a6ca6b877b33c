import type { Arrival, Message } from '#inventory';
import { type IntakeReading, isRefused, type ToldMessage } from './read-body.ts';

/** Converts what was read to what the journal takes. */
export function toArrival(reading: IntakeReading): Arrival {
  if (!isRefused(reading)) return new ToldArrival(reading);
  const { problems, raw, source, id, sequence } = reading;
  return {
    rejection: problems[0],
    raw: typeof raw === 'string' ? Buffer.from(raw) : raw,
    ...(source !== undefined && { source }),
    ...(id !== undefined && { id }),
    ...(sequence !== undefined && { sequence }),
  };
}

/** Its own text is needed only if it is parked, so that is made when it is asked for. */
class ToldArrival {
  readonly message: Message;
  readonly #told: ToldMessage;

  constructor(told: ToldMessage) {
    this.message = told.message;
    this.#told = told;
  }

  get raw(): Uint8Array {
    return Buffer.from(this.#told.raw ?? JSON.stringify(this.message));
  }
}
