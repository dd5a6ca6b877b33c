import type { FastifyInstance } from 'fastify';
import { CommandRefused } from './problem.ts';

/**
 * Asks a read of the HTTP API from inside the process that answers it. So the command line says what the API
 * says, to the letter, and there is one code for both. Throws CommandRefused with the API's own problem.
 */
export type Ask = <Answer>(path: string, query?: AskQuery) => Promise<Answer>;
type AskQuery = Readonly<Record<string, string | number | undefined>>;

/** `authorization` is the header that lets the owner of the data in. */
export function askOf(doors: FastifyInstance, authorization: string): Ask {
  return async <Answer>(path: string, query: AskQuery = {}) => {
    const { statusCode, body } = await doors.inject({
      method: 'GET',
      url: `${path}${queryText(query)}`,
      headers: { authorization, host: '127.0.0.1' },
    });
    const answer = JSON.parse(body) as unknown;
    if (statusCode === 200) return answer as Answer;
    const { code, detail, errors } = answer as RefusedAnswer;
    throw new CommandRefused({
      code,
      detail,
      ...(errors?.[0]?.hint !== undefined && { hint: errors[0].hint }),
    });
  };
}

interface RefusedAnswer {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly hint?: string }[];
}

/** An id as a part of a path. */
export const part = (id: string): string => encodeURIComponent(id);

function queryText(query: AskQuery): string {
  const told = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return told.length === 0 ? '' : `?${new URLSearchParams(told).toString()}`;
}
