import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { ANSWER_HEADERS } from './answer-headers.ts';
import type { Caller } from './caller.ts';
import type { Asked } from './gatekeeper.ts';
import type { MessageAnswer } from './message-answers.ts';

const NO_PARAMETERS = {};
const NOTHING = new Uint8Array();
const ALWAYS = Object.entries(ANSWER_HEADERS).flat();

/** One request on the message lane, from its head to its answer. */
export class LaneVisit implements Asked {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly params = NO_PARAMETERS;
  /** Set by the gatekeeper. */
  caller!: Caller;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  /** Its connection closes after the answer. */
  readonly #isLast: boolean;
  #body: Uint8Array | undefined;
  #isAnswered = false;

  constructor(request: IncomingMessage, response: ServerResponse, id: string, isLast: boolean) {
    this.id = id;
    this.headers = request.headers;
    this.#request = request;
    this.#response = response;
    this.#isLast = isLast;
  }

  get method(): string {
    return this.#request.method!;
  }

  get url(): string {
    return this.#request.url!;
  }

  get route(): string {
    return this.url;
  }

  get hostname(): string {
    const { host = '' } = this.headers;
    return host.startsWith('[') ? host.slice(0, host.indexOf(']') + 1) : host.split(':', 1)[0]!;
  }

  /** True once all of its body has come: nearly always with its head. */
  get isWhole(): boolean {
    return this.#body !== undefined || this.#request.complete;
  }

  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  /** Call it once, when it is whole. */
  body(): Uint8Array {
    return this.#body ?? (this.#request.read() as Uint8Array | null) ?? NOTHING;
  }

  /** Never called where the other side goes before. */
  whenWhole(onWhole: () => void): void {
    const parts: Uint8Array[] = [];
    this.#request.on('data', (part: Uint8Array) => parts.push(part));
    this.#request.on('end', () => {
      this.#body = Buffer.concat(parts);
      onWhole();
    });
  }

  answer(
    { status, contentType, text }: MessageAnswer,
    headers: Readonly<Record<string, string>> | undefined = undefined,
  ): void {
    this.#isAnswered = true;
    const bytes = Buffer.byteLength(text);
    const told = ['x-request-id', this.id, ...ALWAYS, 'content-type', contentType];
    told.push('content-length', String(bytes));
    for (const name in headers) told.push(name, headers[name]!);
    if (this.#isLast) told.push('connection', 'close');
    // One piece for the socket; where each character is a byte, nothing is left to encode.
    this.#response.writeHead(status, told).end(text, bytes === text.length ? 'latin1' : 'utf8');
  }
}
