import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { ID_LENGTH_MAX } from '#intake';
import { SLUG } from '#inventory';
import type { Access } from './access.ts';
import type { AnswerName } from './answers/answer-schemas.ts';
import { schemaRef } from './answers/schema-words.ts';
import { type Body, readTold } from './bodies/body.ts';
import type { Caller } from './caller.ts';
import { exampleDetail } from './example-details.ts';
import { Freshness } from './freshness.ts';
import { atLeast, type Parameters, readParameters } from './parameters.ts';
import { type PathIdKind, readPathId } from './path-ids.ts';
import { JSON_PROBLEMS, statusOf } from './problem-codes.ts';
import { PROBLEM_TYPE, problemOf } from './problem.ts';

/** What a body may be. Anything else is MEDIA_TYPE, before it is read. */
type BodyKind = 'none' | 'json' | 'messages' | 'catalog';

export const MEDIA_TYPES: Readonly<Record<BodyKind, readonly string[]>> = {
  none: [],
  json: ['application/json'],
  messages: ['application/json', 'application/cloudevents+json', 'application/cloudevents-batch+json'],
  catalog: ['application/jsonl', 'application/x-ndjson', 'application/json-lines', 'text/csv'],
};

/** What every route says of itself: it is guarded by it, and documented from it. */
export interface Door {
  readonly access: Access;
  readonly body?: BodyKind;
  /** False for streams: they end when the other side goes, not when they were answered. */
  readonly isAnsweredAtOnce?: boolean;
  /** About the process itself: answered whatever its roles are, as is all that is `open`. */
  readonly isOfProcess?: true;
  /** One sentence. */
  readonly does: string;
  /** What is answered when all is well, by status; a text is a description of what is no JSON. */
  readonly answers: Readonly<
    Record<number, AnswerName | readonly AnswerName[] | { readonly mediaType: string; readonly is: string }>
  >;
  /** Codes of its own, beside those that any door with this access and body has. */
  readonly problems?: readonly string[];
  /** Codes that say that the path names nothing. */
  readonly notThere?: readonly string[];
}

/** Puts a door before a route, written above it. A route without one does not start. */
export const Door =
  (door: Door): MethodDecorator =>
  (target, key, descriptor) =>
    applyDecorators(
      RouteConfig({ door }),
      ApiOperation({
        summary: door.does,
        security: door.access === 'open' ? [] : [{ key: [] }],
      }),
      ...Object.entries(door.answers).map(([status, answer]) => answerOf(Number(status), answer)),
      ...problemsOf(door, refusalsOf(target, key)).map(([status, codes]) => problemAnswer(status, codes)),
    )(target, key, descriptor);

export const doorOf = (config: unknown): Door | undefined => (config as { door?: Door } | undefined)?.door;

/** An id from the path, checked. */
export function PathId(name: string, kind: PathIdKind): ParameterDecorator {
  const read = createParamDecorator((_: unknown, context: ExecutionContext) =>
    readPathId(kind, name, (requestOf(context).params as Record<string, string>)[name]!),
  );
  return documented(
    read(),
    ApiParam({ name, description: PATH_WORDS[kind], schema: PATH_SCHEMAS[kind] }),
    refuses(PATH_REFUSALS[kind]),
  );
}

/** Query parameters as declared, checked. A route with `atLeast` is called once reads include that position. */
export function Query(declared: Parameters): ParameterDecorator {
  const read = createParamDecorator((_: unknown, context: ExecutionContext) =>
    readParameters(declared, requestOf(context).query as Record<string, string | string[]>),
  );
  const described = Object.entries(declared).map(([name, { schema, description, isRepeated }]) =>
    ApiQuery({
      name,
      description,
      required: false,
      schema: isRepeated ? { type: 'array', items: schema } : schema,
      ...(isRepeated && { explode: true }),
    }),
  );
  const refusals = ['cursor', 'atLeast'].flatMap((name) => (name in declared ? QUERY_REFUSALS[name]! : []));
  const waits = 'atLeast' in declared ? [Freshness] : [];
  return documented(read(...waits), ...described, refuses(['INVALID_PARAMETER', ...refusals]));
}

/** For a read with no other parameters. */
export const AtLeast = (): ParameterDecorator => Query({ atLeast });

/** A JSON body of the class, checked. */
export function Told<Value>(body: Body<Value>): ParameterDecorator {
  const read = createParamDecorator((_: unknown, context: ExecutionContext) =>
    readTold(body, requestOf(context).body as Uint8Array | undefined),
  );
  const { type, example } = body;
  return documented(
    read(),
    ApiBody({ schema: schemaRef(type.name), examples: { usual: { value: example } } }),
  );
}

/** Who asks. */
export const Asking = createParamDecorator(
  (_: unknown, context: ExecutionContext): Caller => requestOf(context).caller,
);

const requestOf = (context: ExecutionContext): FastifyRequest =>
  context.switchToHttp().getRequest<FastifyRequest>();

const PATH_SCHEMAS: Readonly<Record<PathIdKind, object>> = {
  slug: { type: 'string', pattern: SLUG.source },
  sku: { type: 'string', minLength: 1, maxLength: ID_LENGTH_MAX },
  id: { type: 'string', minLength: 1, maxLength: ID_LENGTH_MAX },
  scope: { type: 'string', pattern: '^(global|(channel|category|item|listing):.+)$' },
};

const PATH_WORDS: Readonly<Record<PathIdKind, string>> = {
  slug: 'Lower-case letters, digits and hyphens.',
  sku: 'Percent-encoded: a SKU may have a slash or a space.',
  id: 'Percent-encoded: it may have a slash or a space.',
  scope:
    '`global`, `channel:{channel}`, `category:{category}`, `item:{sku}` or `listing:{channel}:{listing}`, percent-encoded.',
};

/** What a SKU is refused for, in a path or a body. */
export const SKU_REFUSALS = ['SKU_EMPTY', 'SKU_TOO_LONG', 'SKU_INVALID_CHAR'];
const PATH_REFUSALS: Readonly<Record<PathIdKind, readonly string[]>> = {
  slug: ['ID_EMPTY', 'ID_TOO_LONG', 'ID_INVALID_CHAR'],
  sku: SKU_REFUSALS,
  id: ['ID_EMPTY', 'ID_TOO_LONG', 'ID_INVALID_CHAR'],
  scope: ['SCOPE_INVALID', 'ID_EMPTY'],
};
const BODY_REFUSALS = ['MISSING_FIELD', 'WRONG_TYPE', 'UNKNOWN_FIELD', 'OUT_OF_RANGE'];
const QUERY_REFUSALS: Readonly<Record<string, readonly string[]>> = {
  cursor: ['CURSOR_INVALID'],
  atLeast: ['NOT_YET'],
};

/** What the parameters of a method refuse. They are decorated before the method, whose door says it. */
const REFUSALS = Symbol('refusals of the parameters');

const refuses =
  (codes: readonly string[]): MethodDecorator =>
  (target, key) =>
    Reflect.defineMetadata(REFUSALS, [...refusalsOf(target, key), ...codes], target, key);

const refusalsOf = (target: object, key: string | symbol): readonly string[] =>
  (Reflect.getMetadata(REFUSALS, target, key) as readonly string[] | undefined) ?? [];

/** A parameter's decorator that also describes it in the documentation of its method. */
function documented(read: ParameterDecorator, ...described: readonly MethodDecorator[]): ParameterDecorator {
  return (target, key, index) => {
    read(target, key, index);
    const descriptor = Object.getOwnPropertyDescriptor(target, key!)!;
    for (const describe of described) describe(target, key!, descriptor);
  };
}

function answerOf(status: number, answer: Door['answers'][number]): MethodDecorator {
  if (typeof answer === 'object' && 'mediaType' in answer) {
    const content = { [answer.mediaType]: { schema: { type: 'string' as const } } };
    return ApiResponse({ status, description: answer.is, content });
  }
  const names: readonly AnswerName[] = typeof answer === 'string' ? [answer] : answer;
  const schema = names.length === 1 ? schemaRef(names[0]!) : { anyOf: names.map(schemaRef) };
  return ApiResponse({
    status,
    description: names.join(' or '),
    content: { 'application/json': { schema } },
  });
}

function problemAnswer(status: number, codes: readonly string[]): MethodDecorator {
  const content = {
    [PROBLEM_TYPE]: {
      schema: schemaRef('Problem'),
      examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOf(status, code) }])),
    },
  };
  const headers = { 'Retry-After': RETRY_AFTER };
  const isForNow = FOR_NOW.includes(status) || codes.includes('CONTENTION');
  return ApiResponse({ status, description: codes.join(', '), content, ...(isForNow && { headers }) });
}

const FOR_NOW: readonly number[] = [429, 503];
const RETRY_AFTER = {
  description: 'Send the same request again after this many seconds.',
  schema: { type: 'integer' as const, minimum: 0 },
};

const exampleOf = (status: number, code: string): object =>
  problemOf([{ code, detail: exampleDetail(code) }], { status, instance: '5f1c0d9ab2e4-1' });

/** Doors that only those may enter who may write; what is only read has others. */
const WRITING: readonly Access[] = ['tell', 'hold', 'admin'];

/** What whoever needs a key may hear at any door. */
const guardedProblems = ({ isAnsweredAtOnce = true, isOfProcess }: Door): string[] => [
  ...['KEY_REQUIRED', 'TOO_MANY_REQUESTS', 'SHUTTING_DOWN', 'INTERNAL_ERROR'],
  ...(isAnsweredAtOnce ? ['SERVICE_BUSY'] : []),
  ...(isOfProcess === true ? [] : ['ROLE_NOT_HERE']),
];

/** Every code a door may answer with, by status. */
function problemsOf(door: Door, refusals: readonly string[]): [number, string[]][] {
  const { access, body = 'none', problems = [], notThere = [] } = door;
  const codes = [
    ...(access === 'open' ? [] : guardedProblems(door)),
    ...(['open', 'known', 'own-rows'].includes(access) ? [] : ['SCOPE_REQUIRED']),
    ...(WRITING.includes(access) ? ['STORE_UNAVAILABLE', 'STORE_FULL'] : []),
    ...(body === 'none' ? [] : ['INVALID_JSON', 'MEDIA_TYPE', 'MESSAGE_TOO_LARGE', 'REQUEST_TIMEOUT']),
    ...(body === 'json' ? BODY_REFUSALS : []),
    ...(['json', 'messages'].includes(body) ? [...JSON_PROBLEMS, ...PATH_REFUSALS.id] : []),
    ...refusals,
    ...problems,
  ];
  const byStatus = new Map<number, string[]>();
  const add = (status: number, code: string): void =>
    void byStatus.set(status, [...new Set([...(byStatus.get(status) ?? []), code])]);
  for (const code of codes) add(statusOf(code), code);
  for (const code of notThere) add(404, code);
  return [...byStatus].sort(([a], [b]) => a - b);
}
