import { parseInstant } from '#intake';
import { nearestName } from '#inventory';
import { refuse, type Refusal, shown } from './problem.ts';

/**
 * Query parameters: declared once per route, read strictly, shown in OpenAPI. Anything that is not declared,
 * comes twice where one is meant, or is not what it says is INVALID_PARAMETER.
 */
interface Parameter<Value> {
  /** JSON schema of one value. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly description: string;
  /** True where it may come several times; the value then is a list. */
  readonly isRepeated?: boolean;
  readonly fallback?: Value;
  /** `undefined` if the text is not one. */
  read(text: string): Value | undefined;
  /** What a right one looks like, for the error. */
  readonly form: string;
}

export type Parameters = Readonly<Record<string, Parameter<unknown>>>;

export type ParameterValues<Declared extends Parameters> = {
  readonly [Name in keyof Declared]: Declared[Name] extends Repeated<infer Value>
    ? readonly Value[]
    : Declared[Name] extends WithFallback<infer Value>
      ? Value
      : Declared[Name] extends Parameter<infer Value>
        ? Value | undefined
        : never;
};

type Repeated<Value> = Parameter<Value> & { readonly isRepeated: true };
type WithFallback<Value> = Parameter<Value> & { readonly fallback: Value };

const PAGE_LIMIT_MAX = 1_000;
const PAGE_LIMIT_DEFAULT = 100;
const REPEATS_MAX = 1_000;
const TEXT_LENGTH_MAX = 2_048;
const DIGITS = /^\d{1,16}$/;

const limit = {
  schema: { type: 'integer', minimum: 1, maximum: PAGE_LIMIT_MAX, default: PAGE_LIMIT_DEFAULT },
  description: 'The most rows in a page.',
  fallback: PAGE_LIMIT_DEFAULT,
  read: (text) => inRange(text, 1, PAGE_LIMIT_MAX),
  form: `a whole number from 1 to ${PAGE_LIMIT_MAX}`,
} as const satisfies Parameter<number>;

export const cursor = text('Where to continue: the `next` of the previous page.');

/** A position or a version. */
export const position = (description: string) =>
  ({
    schema: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    description,
    read: (word: string) => inRange(word, 0, Number.MAX_SAFE_INTEGER),
    form: 'a position: a whole number from 0',
  }) as const satisfies Parameter<number>;

export const atLeast = position(
  'Wait up to 2 seconds until the answer includes this position; otherwise 503 `NOT_YET`.',
);

export const instant = (description: string) =>
  ({
    schema: { type: 'string', format: 'date-time' },
    description,
    read: readInstant,
    form: 'a time with its offset, such as 2026-11-20T10:15:30Z',
  }) as const satisfies Parameter<number>;

export function text(description: string): Parameter<string> {
  return {
    schema: { type: 'string', minLength: 1, maxLength: TEXT_LENGTH_MAX },
    description,
    read: (word: string) => (isText(word) ? word : undefined),
    form: `a text of 1 to ${TEXT_LENGTH_MAX} characters`,
  };
}

export const oneOf = <const Word extends string>(description: string, words: readonly Word[]) =>
  ({
    schema: { type: 'string', enum: words },
    description,
    read: (word: string) => words.find((known) => known === word),
    form: words.length === 1 ? words[0]! : `one of ${words.join(', ')}`,
  }) as const satisfies Parameter<Word>;

/** The same parameter, as often as wanted. */
export const repeated = <Value>(parameter: Parameter<Value>) =>
  ({ ...parameter, isRepeated: true }) as const satisfies Parameter<Value>;

/** What every list takes. */
export const PAGE = { limit, cursor, atLeast };

/** Reads what came as `?…`. Throws INVALID_PARAMETER, naming the first that is wrong. */
export function readParameters<Declared extends Parameters>(
  declared: Declared,
  query: Readonly<Record<string, string | readonly string[] | undefined>>,
): ParameterValues<Declared> {
  for (const name in query)
    if (!Object.hasOwn(declared, name)) throw unknownParameter(name, Object.keys(declared));
  const values: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(declared))
    values[name] = readOne(name, parameter, query[name]);
  return values as ParameterValues<Declared>;
}

function readOne(
  name: string,
  parameter: Parameter<unknown>,
  told: string | readonly string[] | undefined,
): unknown {
  const words = told === undefined ? [] : typeof told === 'string' ? [told] : told;
  if (words.length > (parameter.isRepeated ? REPEATS_MAX : 1)) {
    throw invalid(name, `?${name} is sent ${words.length} times. Send it once.`);
  }
  const values = words.map((word) => {
    const value = parameter.read(word);
    if (value === undefined) throw invalid(name, `?${name} is "${shown(word)}". Send ${parameter.form}.`);
    return value;
  });
  return parameter.isRepeated ? values : (values[0] ?? parameter.fallback);
}

function unknownParameter(name: string, known: readonly string[]): Refusal {
  const nearest = nearestName(name, known);
  const hint = nearest === undefined ? undefined : `did you mean "${nearest}"?`;
  const taken = known.length === 0 ? 'none' : known.join(', ');
  return invalid(
    shown(name),
    `?${shown(name)} is not a parameter here. Leave it out; parameters here: ${taken}.`,
    hint,
  );
}

const invalid = (name: string, detail: string, hint?: string): Refusal =>
  refuse('INVALID_PARAMETER', detail, { pointer: `?${name}`, ...(hint !== undefined && { hint }) });

function inRange(word: string, least: number, most: number): number | undefined {
  const value = DIGITS.test(word) ? Number(word) : NaN;
  return value >= least && value <= most ? value : undefined;
}

/** A + that nobody encoded has become a space on its way. */
const LOST_PLUS = / (?=\d\d:\d\d$)/;

function readInstant(word: string): number | undefined {
  const value = parseInstant(word.replace(LOST_PLUS, '+'));
  return Number.isNaN(value) ? undefined : value;
}

const isText = (word: string): boolean =>
  word.length > 0 && word.length <= TEXT_LENGTH_MAX && word.isWellFormed() && !word.includes('\0');
