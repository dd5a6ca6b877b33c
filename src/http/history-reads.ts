import { Injectable } from '@nestjs/common';
import { type Query, QueryBus } from '@nestjs/cqrs';
import { Turnstile } from './turnstile.ts';

/** Reads of the past replay a part of the log: a few at once are fast, many would only slow each other. */
const HISTORY_READS_MAX = 4;
const HISTORY_WAITING_MAX = 200;

@Injectable()
export class HistoryReads {
  readonly #turnstile = new Turnstile({
    atOnceMax: HISTORY_READS_MAX,
    waitingMax: HISTORY_WAITING_MAX,
    code: 'TOO_MANY_REQUESTS',
    busyWith: 'reads of the past are running',
  });

  constructor(private readonly queries: QueryBus) {}

  /** Throws TOO_MANY_REQUESTS if too many wait already. */
  execute<Answer>(query: Query<Answer>): Promise<Answer> {
    return this.#turnstile.run(() => this.queries.execute(query));
  }
}
