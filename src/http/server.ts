import 'reflect-metadata';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { Socket } from 'node:net';
import { type Logger, NestLog } from '../log.ts';
import { doorOf } from './door.ts';
import { Farewell } from './farewell.ts';
import type { Gatekeeper } from './gatekeeper.ts';
import { inflated } from './inflate.ts';
import { BODY_BYTES_MAX, problemOf, refusalOf } from './problem.ts';
import { ProblemFilter } from './problem-filter.ts';
import { requestIds } from './request-id.ts';
import { RouteTable } from './route-table.ts';
import type { Traffic } from './traffic.ts';

const HEADER_BYTES_MAX = 64 * 1024;
/** All of a request has come by then: its header sooner, and it is looked at a few times meanwhile. */
const REQUEST_MS_MAX = 25_000;
const HEADER_SHARE = 0.4;
const LOOKS_PER_REQUEST = 12;
const KEEP_ALIVE_MS = 72_000;
/** Longer than any id is, each character as up to four encoded bytes, so that we can say so ourselves. */
const PATH_PART_LENGTH_MAX = 16 * 1024;

export interface ServerParts {
  readonly module: DynamicModule;
  readonly gatekeeper: Gatekeeper;
  readonly traffic: Traffic;
  readonly log: Logger;
  /** How long a request may take to come; default 25 s. */
  readonly requestMsMax?: number | undefined;
}

/** Nest on Fastify, listening. */
export class Server {
  readonly #app: NestFastifyApplication;
  readonly #gatekeeper: Gatekeeper;
  readonly #traffic: Traffic;
  readonly #farewell: Farewell;
  readonly routes: RouteTable;

  private constructor(
    app: NestFastifyApplication,
    routes: RouteTable,
    parts: ServerParts & { readonly farewell: Farewell },
  ) {
    this.#app = app;
    this.routes = routes;
    this.#gatekeeper = parts.gatekeeper;
    this.#traffic = parts.traffic;
    this.#farewell = parts.farewell;
  }

  /** Everything but listening: routes are there and checked. */
  static async create(parts: ServerParts): Promise<Server> {
    const routes = new RouteTable();
    const filter = new ProblemFilter(parts.log, routes);
    const adapter = createAdapter(filter, parts.requestMsMax ?? REQUEST_MS_MAX);
    const farewell = new Farewell();
    prepare(adapter.getInstance(), { ...parts, routes, farewell });
    const app = await NestFactory.create<NestFastifyApplication>(parts.module, adapter, {
      bodyParser: false,
      logger: new NestLog(parts.log),
      abortOnError: false,
    });
    app.useGlobalFilters(filter);
    await app.init();
    await adapter.getInstance().ready();
    return new Server(app, routes, { ...parts, farewell });
  }

  get app(): NestFastifyApplication {
    return this.#app;
  }

  /** Resolves with the address to reach it at. */
  async listen(host: string, port: number): Promise<string> {
    await this.#app.listen(port, host);
    const { port: taken } = this.#app.getHttpServer().address() as { port: number };
    return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${taken}`;
  }

  /** Lets nobody new in, and resolves when all who are in have their answer, or after `graceMs`. */
  async drain(graceMs: number): Promise<void> {
    this.#gatekeeper.drain();
    await this.#farewell.say();
    const server = this.#app.getHttpServer();
    server.close();
    server.closeIdleConnections();
    await this.#traffic.emptied(graceMs);
  }

  async close(): Promise<void> {
    this.#app.getHttpServer().closeAllConnections();
    await this.#app.close();
  }
}

function createAdapter(filter: ProblemFilter, requestMsMax: number): FastifyAdapter {
  return new FastifyAdapter({
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: requestMsMax,
    keepAliveTimeout: KEEP_ALIVE_MS,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    genReqId: requestIds(),
    http: {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: Math.ceil(requestMsMax * HEADER_SHARE),
      connectionsCheckingInterval: Math.ceil(requestMsMax / LOOKS_PER_REQUEST),
    },
    routerOptions: { maxParamLength: PATH_PART_LENGTH_MAX },
    skipMiddie: true,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      setHeaders(reply, request.id);
      filter.answer(error, request, reply);
    },
  } as ConstructorParameters<typeof FastifyAdapter>[0]) as FastifyAdapter;
}

function prepare(
  fastify: FastifyInstance,
  {
    routes,
    farewell,
    gatekeeper,
    traffic,
  }: ServerParts & { readonly routes: RouteTable; readonly farewell: Farewell },
): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  fastify.decorateRequest('caller');
  fastify.addHook('onRequest', (request, reply, done) => {
    setHeaders(reply, request.id);
    farewell.meet(reply);
    done();
  });
  fastify.addHook('onRoute', (route) => guard(route, routes, gatekeeper, traffic));
}

/** Puts its door before a route. A route that names none is a bug, found before anybody can use it. */
function guard(route: RouteOptions, routes: RouteTable, gatekeeper: Gatekeeper, traffic: Traffic): void {
  const door = doorOf(route.config);
  if (door === undefined)
    throw new Error(`Bug: expected a door before ${String(route.method)} ${route.url}.`);
  for (const method of [route.method].flat()) routes.add({ method, path: route.url });
  const seen = traffic.watch(`${String(route.method)} ${route.url}`, door);
  route.onRequest = (request, reply, done) => {
    try {
      seen(reply);
      gatekeeper.admit(door, request);
      done();
    } catch (error) {
      done(error as Error);
    }
  };
  if (door.body === undefined || door.body === 'none') return;
  route.preParsing = (request, _reply, payload, done) => done(null, inflated(request, payload));
}

/** Answers are data for programs: nothing in them is to be run, framed, guessed at or kept. */
function setHeaders(reply: FastifyReply, requestId: string): void {
  void reply.headers({
    'x-request-id': requestId,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
  });
}

/** Node could not read the request: too slow, or no HTTP. There is no reply to send it through. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = BROKEN_STATUS[error.code ?? ''] ?? 400;
  const refusal = refusalOf({ statusCode: status })!;
  const body = status === 408 ? JSON.stringify(problemOf(refusal.rejections, { status })) : '';
  const head = [
    `HTTP/1.1 ${status} ${status === 408 ? 'Request Timeout' : 'Bad Request'}`,
    'Connection: close',
    ...(body === '' ? [] : ['Content-Type: application/problem+json']),
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

const BROKEN_STATUS: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};
