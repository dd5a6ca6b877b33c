import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from '../settings/setting-rules.ts';
import { refusedAccess } from './access.ts';
import { type Caller, OPEN_CALLER, SERVICE_CALLER, SERVICE_PREFIX } from './caller.ts';
import { type Door, MEDIA_TYPES } from './door.ts';
import { checkEncoding } from './inflate.ts';
import { refuse, Refusal, shown, tryAgain } from './problem.ts';
import type { RateLimit } from './rate-limit.ts';

interface GatekeeperParts {
  readonly auth: 'keys' | 'off';
  /** False where the process has not the role `http`: it then answers only what is asked of itself. */
  readonly answersAll: boolean;
  /** Of the running service; whoever can read its file is at home here. */
  readonly serviceSecret: string;
  /** Who a key belongs to, if it is one of ours and in force. */
  readonly authenticate: (key: string) => Caller | undefined;
  readonly rate: RateLimit;
}

/** A request, as far as it is looked at here. */
export interface Asked {
  readonly headers: IncomingHttpHeaders;
  /** Whom it is for, without the port. */
  readonly hostname: string;
  /** Of its path. */
  readonly params: unknown;
  caller: Caller;
}

const DRAINED_SECONDS = 5;

/** Stands before every route: who asks, how often, whether they may, and whether the body is of a type taken here. */
export class Gatekeeper {
  readonly #parts: GatekeeperParts;
  readonly #serviceSecret: Uint8Array;
  #isDraining = false;

  constructor(parts: GatekeeperParts) {
    this.#parts = parts;
    this.#serviceSecret = digest(parts.serviceSecret);
  }

  /** From now on no new request is let in, except to ask for our health. */
  drain(): void {
    this.#isDraining = true;
  }

  /** Lets a request in, and notes who it is of. Throws the refusal if not. */
  admit(door: Door, request: Asked): void {
    if (door.access === 'open') return;
    if (this.#isDraining)
      throw tryAgain('SHUTTING_DOWN', 'The service is stopping. Try again soon.', DRAINED_SECONDS);
    refuseCrossSite(request);
    const caller = this.#caller(door, request);
    if (!this.#parts.answersAll && door.isOfProcess !== true && caller !== SERVICE_CALLER) throw notHere();
    this.#parts.rate.take(caller.keyId);
    const { channel } = request.params as { channel?: string };
    request.caller = caller;
    const refused = refusedAccess(door.access, caller, channel);
    if (refused !== undefined) throw refused;
    refuseEmptyIds(request);
    checkBody(door, request);
  }

  #caller(door: Door, request: Asked): Caller {
    const key = keyOf(request.headers.authorization, door.access === 'known');
    if (key?.startsWith(SERVICE_PREFIX) && timingSafeEqual(digest(key), this.#serviceSecret))
      return SERVICE_CALLER;
    if (this.#parts.auth === 'off') {
      refuseForeignHost(request);
      return OPEN_CALLER;
    }
    const caller = key === undefined ? undefined : this.#parts.authenticate(key);
    if (caller === undefined) throw keyRequired(door.access === 'known');
    return caller;
  }
}

const digest = (secret: string): Uint8Array => hash('sha256', secret, 'buffer');

const KEY_LENGTH_MAX = 512;

/** The documentation is read in browsers, which ask for a password: the key is that, whatever the user's name. */
function keyOf(header: string | undefined, takesPasswords: boolean): string | undefined {
  if (header === undefined || header.length > KEY_LENGTH_MAX) return undefined;
  const bearer = /^Bearer ([^\s]+)$/i.exec(header);
  if (bearer !== null) return bearer[1];
  const basic = takesPasswords ? /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header) : null;
  return basic === null
    ? undefined
    : Buffer.from(basic[1]!, 'base64')
        .toString()
        .replace(/^[^:]*:/, '');
}

/** The same words for no key, a wrong one and a revoked one. */
function keyRequired(takesPasswords: boolean): Refusal {
  const detail =
    'A valid key is required. Send one as `Authorization: Bearer oh_…`; `onhand keys create` makes one.';
  const challenge = takesPasswords ? 'Basic realm="OnHand", Bearer' : 'Bearer';
  return new Refusal({ code: 'KEY_REQUIRED', detail }, { headers: { 'www-authenticate': challenge } });
}

/** The command line of this very process is served in any case: it has no other way to its data. */
const notHere = (): Refusal =>
  refuse(
    'ROLE_NOT_HERE',
    'This process does not have the role http. Send the request to one that has it (ROLES).',
  );

/** A page of somebody else's in a browser on this machine is not the person at it. */
function refuseCrossSite({ headers }: Asked): void {
  const site = headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site') {
    throw refuse(
      'CROSS_SITE',
      'Pages of other sites may not use this service from a browser. Call it from your own server.',
    );
  }
}

/** Where no key protects, a name that only points here must not do either. */
function refuseForeignHost({ hostname }: Asked): void {
  if (isLoopback(hostname)) return;
  throw refuse(
    'CROSS_SITE',
    `With AUTH=off only loopback addresses are answered. Use 127.0.0.1 instead of ${shown(hostname)}.`,
  );
}

function refuseEmptyIds(request: Asked): void {
  const ids = request.params as Record<string, string>;
  for (const name in ids) {
    if (ids[name] !== '') continue;
    const code = name === 'sku' ? 'SKU_EMPTY' : 'ID_EMPTY';
    throw refuse(code, `The ${name} in the path is empty. Put it there.`, { pointer: `{${name}}` });
  }
}

function checkBody({ body = 'none' }: Door, request: Asked): void {
  const isThere = request.headers['content-type'] !== undefined || hasBytes(request);
  if (!isThere) return;
  checkEncoding(request.headers['content-encoding']);
  if (body === 'none') return;
  const taken = MEDIA_TYPES[body].join(', ');
  if (body === 'messages' && isBinaryEvent(request.headers)) throw notTaken(BINARY_MODE, taken);
  if (!isTaken(request.headers['content-type'], MEDIA_TYPES[body]))
    throw notTaken(`The Content-Type is not supported here. Send ${taken}, in UTF-8.`, taken);
}

const BINARY_MODE =
  'This is a CloudEvent in binary mode: its attributes are in the headers. Send it in structured mode, as application/cloudevents+json.';

/** By their media types, other events are whole, whatever headers somebody on the way has added. */
const isBinaryEvent = (headers: IncomingHttpHeaders): boolean =>
  headers['ce-specversion'] !== undefined &&
  !/^application\/cloudevents/i.test(headers['content-type'] ?? '');

const notTaken = (detail: string, taken: string): Refusal =>
  new Refusal({ code: 'MEDIA_TYPE', detail }, { headers: { accept: taken } });

function hasBytes({ headers }: Asked): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function isTaken(header: string | undefined, taken: readonly string[]): boolean {
  if (header === undefined) return false;
  if (taken.includes(header)) return true;
  const [type = '', ...parameters] = header.toLowerCase().split(';');
  return taken.includes(type.trim()) && parameters.every(isHarmless);
}

/** Every text is UTF-8 here; other parameters say nothing to us. */
function isHarmless(parameter: string): boolean {
  const [name = '', value = ''] = parameter.trim().split('=');
  return name !== 'charset' || /^"?utf-?8"?$/.test(value);
}
