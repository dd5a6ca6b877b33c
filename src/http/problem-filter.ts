import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../log.ts';
import { type Caller, ownerOf } from './caller.ts';
import { lastWords } from './last-words.ts';
import { PROBLEM_TYPE, problemOf, refuse, Refusal, refusalOf, shown } from './problem.ts';
import type { RouteTable } from './route-table.ts';

/** The request in which it went wrong. */
interface Failed {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly route: string | undefined;
  /** Once it is known. */
  readonly caller?: Caller | undefined;
}

/** Whatever goes wrong on the way is answered as application/problem+json, and our own bugs are logged. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #log: Logger;
  readonly #routes: RouteTable;

  constructor(log: Logger, routes: RouteTable) {
    this.#log = log;
    this.#routes = routes;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const { id, method, url, routeOptions, caller } = request;
    const refusal = this.refusalOf(error, { id, method, url, route: routeOptions.url, caller });
    if (reply.sent) return; // It began well and broke later: the other side sees the end.
    sendProblem(request, reply, refusal);
  }

  /** The answer to what was thrown. Our own faults are logged, and callers that reached for what is not theirs. */
  refusalOf(error: unknown, request: Failed): Refusal {
    const refusal = refusalOf(error) ?? refuse('INTERNAL_ERROR', INTERNAL);
    if (refusal.isReach) this.#note(request, refusal);
    // A refusal of the door itself is not our fault, even if it is only for now.
    if (refusal.status >= 500 && error !== refusal) this.#tell(error, request, refusal);
    return refusal.rejections[0].code === 'NOT_FOUND' ? this.#notFound(request, refusal) : refusal;
  }

  #notFound(request: Failed, refusal: Refusal): Refusal {
    const methods = this.#routes.methodsOf(request.url);
    if (methods.length === 0) return this.#withoutSlash(request) ?? refusal;
    if (methods.includes(request.method)) return refusal;
    const allowed = methods.join(', ');
    const detail = `This path does not accept ${request.method}. Use ${allowed}.`;
    return new Refusal({ code: 'METHOD_NOT_ALLOWED', detail }, { headers: { allow: allowed } });
  }

  /** There may be such a path but for the slash at its end. */
  #withoutSlash({ url }: Failed): Refusal | undefined {
    const path = url.split('?', 1)[0]!.replace(/\/$/, '');
    if (this.#routes.methodsOf(path).length === 0) return undefined;
    return refuse('NOT_FOUND', `No path ends with a slash. Use ${shown(path)}.`);
  }

  #note({ id, method, url, caller }: Failed, { rejections }: Refusal): void {
    const who = { keyId: caller?.keyId, owner: caller && ownerOf(caller) };
    const line = { requestId: id, method, path: shown(url), ...who, code: rejections[0].code };
    this.#log.warn(line, 'a key asked for something that is not its own');
  }

  #tell(error: unknown, { id, method, route }: Failed, { status }: Refusal): void {
    const line = { requestId: id, method, route, err: error };
    if (status === 503) this.#log.warn(line, 'a request was refused for now');
    else this.#log.error(line, 'a request failed');
  }
}

const INTERNAL = 'An error inside OnHand. Report the instance of this problem to its operator.';

function sendProblem(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): void {
  const problem = problemOf(refusal.rejections, { status: refusal.status, instance: request.id });
  const body = Buffer.from(JSON.stringify(problem)); // Bytes: Fastify would add a charset that this type does not have.
  const isCutOff = reply.getHeader('connection') === 'close' && !request.raw.complete;
  void reply
    .code(refusal.status)
    .headers(refusal.headers)
    .header('content-type', PROBLEM_TYPE)
    .header('content-length', body.length)
    .send(isCutOff ? lastWords(body, request.raw) : body);
}
