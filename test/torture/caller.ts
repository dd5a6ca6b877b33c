import { type Answer, pause, type Service } from '../e2e/service.ts';
import type { Tally, ToldMessage } from './tally.ts';

/** Nobody asks a service that is starting more often: on few cores that would only delay it. */
const ASK_AGAIN_AFTER_MS = 100;
/** What says nothing about the request itself: ask again. */
const NOT_NOW: readonly number[] = [408, 429, 503];

/** A caller who gives nothing up: what got no answer is said again, word for word, until it is answered. */
export class Caller {
  readonly #service: Service;
  readonly #tally: Tally;

  constructor(service: Service, tally: Tally) {
    this.#service = service;
    this.#tally = tally;
  }

  async ask(method: string, path: string, body?: unknown): Promise<Answer & { readonly isRepeat: boolean }> {
    for (let isRepeat = false; ; isRepeat = true) {
      const answer = await this.#service
        .call(method, path, body)
        .catch((error: unknown) => this.#cutOff(error));
      if (answer !== undefined && !NOT_NOW.includes(answer.status)) {
        this.#tally.answered++;
        return { ...answer, isRepeat };
      }
      await pause(ASK_AGAIN_AFTER_MS);
    }
  }

  /** Where nobody listened nothing was heard; all else may have been done. */
  #cutOff(error: unknown): undefined {
    if ((error as { cause?: { code?: unknown } }).cause?.code !== 'ECONNREFUSED') this.#tally.cutOff++;
  }

  /** As `ask`, and notes every answer that is none of these. */
  async expect(statuses: readonly number[], method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await this.ask(method, path, body);
    if (!statuses.includes(answer.status)) {
      this.#tally.surprises.push(
        `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)} to ${JSON.stringify(body)}`,
      );
    }
    return answer;
  }

  /** Tells a message; a repeat is a duplicate only where an answer was lost. */
  async tell(message: ToldMessage, outcome: 'accepted' | 'parked' = 'accepted'): Promise<void> {
    const { status, body, isRepeat } = await this.ask('POST', '/v1/events', message);
    const isAsExpected = body?.outcome === outcome || (isRepeat && body?.outcome === 'duplicate');
    if (!isAsExpected) this.#tally.surprises.push(`${message.id}: ${status} ${JSON.stringify(body)}`);
    if (body?.outcome === 'duplicate') this.#tally.duplicates++;
    this.#tally[outcome].push(message);
  }
}
