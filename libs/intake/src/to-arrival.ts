import type { Arrival, Message } from '#inventory';
import { type IntakeReading, isRefused, type ToldMessage } from './read-body.ts';

/** What was read, as the journal takes it. */
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

/** Its own words are wanted only where it is parked: they are made when they are asked for. */
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
