import 'reflect-metadata';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { BODY_BYTES_MAX } from '#intake';
import { type Logger, NestLog } from '../log.ts';
import { ANSWER_HEADERS } from './answer-headers.ts';
import { doorOf } from './door.ts';
import { Farewell } from './farewell.ts';
import type { Gatekeeper } from './gatekeeper.ts';
import { announcedBytes, readable } from './inflate.ts';
import { LANE_METHOD, LANE_PATH, MessageLane, type Telling } from './message-lane.ts';
import { PROBLEM_TYPE, problemOf, refusalOf } from './problem.ts';
import { ProblemFilter } from './problem-filter.ts';
import { RequestIds } from './request-id.ts';
import { RouteTable } from './route-table.ts';
import { endStalledReaders, STALLED_MS_MAX } from './stalled-readers.ts';
import type { Traffic } from './traffic.ts';

const HEADER_BYTES_MAX = 64 * 1024;
/** By when all of a request has come; its header sooner. Connections are checked a few times meanwhile. */
const REQUEST_MS_MAX = 25_000;
const HEADER_SHARE = 0.4;
const LOOKS_PER_REQUEST = 12;
/** How long a client whose request could not be read may take to read why, and to close. */
const LEAVING_MS_MAX = 5_000;
const KEEP_ALIVE_MS = 72_000;
/** Room for an id that is too long, each character up to four encoded bytes, so that it is we who refuse it. */
const PATH_PART_LENGTH_MAX = 16 * 1024;
/** As it is often typed: served there, the page would look for its parts one floor too deep. */
const PAGE_WITH_SLASH = '/docs/';

interface ServerParts {
  readonly module: DynamicModule;
  readonly gatekeeper: Gatekeeper;
  readonly traffic: Traffic;
  readonly log: Logger;
  /** Where messages may take the short way; absent where nobody listens. */
  readonly telling?: Telling;
  /** How long a request may take to come; default 25 s. */
  readonly requestMsMax?: number | undefined;
  /** How long a client may take nothing of an answer; default a minute. */
  readonly stalledMsMax?: number | undefined;
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
    const requestIds = new RequestIds();
    const adapter = createAdapter(filter, requestIds, parts.requestMsMax ?? REQUEST_MS_MAX);
    const farewell = new Farewell();
    const { telling, gatekeeper } = parts;
    const lane = telling && new MessageLane({ ...telling, gatekeeper, farewell, filter, requestIds });
    prepare(adapter.getInstance(), { ...parts, routes, farewell, lane });
    const app = await NestFactory.create<NestFastifyApplication>(parts.module, adapter, {
      bodyParser: false,
      logger: new NestLog(parts.log),
      abortOnError: false,
    });
    app.useGlobalFilters(filter);
    await app.init();
    await adapter.getInstance().ready();
    endStalledReaders(app.getHttpServer(), parts.stalledMsMax ?? STALLED_MS_MAX);
    if (lane !== undefined) leadPast(lane, app.getHttpServer());
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

  /** Lets no new request in, and resolves when all that are in have their answer, or after `graceMs`. */
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

/** Puts the lane before the framework: what it does not take goes on to the framework. */
function leadPast(lane: MessageLane, server: HttpServer): void {
  const [framework] = server.listeners('request') as [(...asked: [IncomingMessage, ServerResponse]) => void];
  server.removeAllListeners('request').on('request', (request, response) => {
    if (!lane.takes(request, response)) framework(request, response);
  });
}

function createAdapter(filter: ProblemFilter, requestIds: RequestIds, requestMsMax: number): FastifyAdapter {
  return new FastifyAdapter({
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: requestMsMax,
    keepAliveTimeout: KEEP_ALIVE_MS,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    genReqId: (request: IncomingMessage) => requestIds.of(request),
    http: {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: Math.ceil(requestMsMax * HEADER_SHARE),
      connectionsCheckingInterval: Math.ceil(requestMsMax / LOOKS_PER_REQUEST),
    },
    routerOptions: { maxParamLength: PATH_PART_LENGTH_MAX },
    skipMiddie: true,
    clientErrorHandler: (error: NodeJS.ErrnoException, socket: Socket) =>
      answerBrokenRequest(error, socket, requestIds),
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      setHeaders(reply, request.id);
      filter.answer(error, request, reply);
    },
  } as ConstructorParameters<typeof FastifyAdapter>[0]) as FastifyAdapter;
}

interface Entrance extends Pick<ServerParts, 'gatekeeper' | 'traffic'> {
  readonly routes: RouteTable;
  readonly farewell: Farewell;
  readonly lane: MessageLane | undefined;
}

function prepare(fastify: FastifyInstance, entrance: Entrance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  fastify.decorateRequest('caller').decorateRequest('stay');
  fastify.addHook('onRequest', (request, reply, done) => {
    setHeaders(reply, request.id);
    if (entrance.farewell.meet()) void reply.header('connection', 'close');
    if (request.url === PAGE_WITH_SLASH) void reply.redirect('../docs', 308);
    else done();
  });
  fastify.addHook('onRoute', (route) => guard(route, entrance));
}

/** Puts its door before a route. A route that names none is a bug, found before anybody can use it. */
function guard(route: RouteOptions, { routes, gatekeeper, traffic, lane }: Entrance): void {
  const door = doorOf(route.config);
  if (door === undefined)
    throw new Error(`Bug: expected a door before ${String(route.method)} ${route.url}.`);
  for (const method of [route.method].flat()) routes.add({ method, path: route.url });
  const seen = traffic.watch(`${String(route.method)} ${route.url}`, door);
  const takesBody = door.body !== undefined && door.body !== 'none';
  route.onRequest = (request, reply, done) => {
    try {
      request.stay = seen(reply.raw, request.id);
      gatekeeper.admit(door, request);
      if (door.access !== 'open') request.stay.admit(request.caller.keyId);
      if (takesBody) request.stay.keep(announcedBytes(request.headers));
      done();
    } catch (error) {
      done(error as Error);
    }
  };
  if (route.method === LANE_METHOD && route.url === LANE_PATH) lane?.open({ door, seen });
  if (!takesBody) return;
  route.preParsing = (request, _reply, payload, done) =>
    done(
      null,
      readable(request, payload, (bytes) => request.stay.keep(bytes)),
    );
}

function setHeaders(reply: FastifyReply, requestId: string): void {
  void reply.headers({ 'x-request-id': requestId, ...ANSWER_HEADERS });
}

/** Node could not read the request: too slow, or no HTTP. There is no reply to send it through. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket, requestIds: RequestIds): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = BROKEN_STATUS[error.code ?? ''] ?? 400;
  // Node waits for the client to close too, and watches over this connection no longer.
  const leaving = setTimeout(() => socket.destroy(), LEAVING_MS_MAX).unref();
  socket.once('close', () => clearTimeout(leaving));
  socket.end(status === 408 ? tooSlow(requestIds.ofUnfinished(socket)) : bare(status));
}

/** Node's own limits are answered without a body. */
const bare = (status: number): string =>
  `HTTP/1.1 ${status} Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;

function tooSlow(requestId: string): string {
  const refusal = refusalOf({ statusCode: 408 })!;
  const body = JSON.stringify(problemOf(refusal.rejections, { status: 408, instance: requestId }));
  const head = [
    'HTTP/1.1 408 Request Timeout',
    'Connection: close',
    `X-Request-Id: ${requestId}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

const BROKEN_STATUS: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};
