import { type Message, MESSAGE_LINES_MAX, type MessageType, type Rejection } from '#inventory';
import type { Instant } from '#kernel';
import { buildData, type WireObject } from './build-message.ts';
import { checkData, checkTimes } from './check-message.ts';
import { PROBLEMS_MAX } from './limits.ts';
import { Envelope } from './messages/envelope.ts';
import { checkExtensions, extensionsOf, withoutNulls } from './messages/extensions.ts';
import { isRunningNumber } from './messages/field.ts';
import { MESSAGE_CLASSES } from './messages/message-classes.ts';
import { validatorOf } from './messages/validators.ts';
import { missing, toProblems } from './messages/violations.ts';
import { problem, shown } from './problem.ts';
import { isPlainObject } from './scalars/free-text.ts';
import { isIdText } from './scalars/id-text.ts';
import { parseInstant } from './scalars/instant-text.ts';
import { checkNumbers } from './scalars/number-words.ts';

/** A value read as a message, or why it is none. */
type MessageReading = { readonly message: Message } | Refusal;

/** Why a value is no message, and what could be read of its source, id and sequence. */
export interface Refusal {
  /** At least one. The message is counted under the first. */
  readonly problems: readonly [Rejection, ...Rejection[]];
  readonly source?: string;
  readonly id?: string;
  readonly sequence?: number;
}

interface ReadingOptions {
  /** The present, for what may not lie ahead of it. */
  readonly now: Instant;
  /** CloudEvents media types must say their version; plain JSON may. */
  readonly needsSpecVersion?: boolean;
  /** The text of each number that a double may not hold, by JSON pointer (`readJson`). */
  readonly numbers?: ReadonlyMap<string, string>;
}

/** Reads one CloudEvent in its JSON form. It knows no store: whether source and items exist is asked later. */
export function readMessage(value: unknown, options: ReadingOptions): MessageReading {
  if (!isPlainObject(value)) {
    const detail = `A message is a JSON object; this is ${shown(value)}. Send {"id", "source", "type", "time", "data"}.`;
    return { problems: [problem('OBJECT_REQUIRED', '', detail)] };
  }
  const told = withoutNulls(value);
  const type = told['type'] as MessageType;
  const broken = quickCheck(told, type, options) ? NO_PROBLEMS : thoroughCheck(told, type, options);
  const problems = broken.length === 0 ? checkTimes(type, told, options.now) : broken;
  if (problems.length === 0) return { message: build(told, type) };
  const [first, ...others] = problems as readonly [Rejection, ...Rejection[]];
  return { problems: [first, ...others.slice(0, PROBLEMS_MAX - 1)], ...nameOf(told) };
}

const NO_PROBLEMS: readonly Rejection[] = [];

/** Its source, id and sequence, as far as they are valid. */
export function nameOf(value: WireObject): Pick<Refusal, 'source' | 'id' | 'sequence'> {
  const { source, id, sequence } = value;
  return {
    ...(isIdText(source) ? { source } : {}),
    ...(isIdText(id) ? { id } : {}),
    ...(isRunningNumber(sequence) ? { sequence } : {}),
  };
}

/** True if nothing is wrong except, perhaps, its times. That is all most messages need. */
function quickCheck(told: WireObject, type: MessageType, options: ReadingOptions): boolean {
  return (
    validatorOf(Envelope).isValid(told) &&
    (options.needsSpecVersion !== true || told['specversion'] !== undefined) &&
    checkExtensions(told) === undefined &&
    (options.numbers === undefined || options.numbers.size === 0) &&
    validatorOf(MESSAGE_CLASSES[type]).isValid(told['data']) &&
    checkData(type, told['data'] as WireObject) === undefined
  );
}

/** Everything that is wrong, each place once. */
function thoroughCheck(told: WireObject, type: MessageType, options: ReadingOptions): Rejection[] {
  const found = new Map<string, Rejection>();
  const add = (problems: readonly Rejection[] = []): void => {
    for (const each of problems) if (!found.has(each.pointer!)) found.set(each.pointer!, each);
  };
  add(checkNumbers(options.numbers));
  if (options.needsSpecVersion === true && told['specversion'] === undefined) add([missing('/specversion')]);
  add(toProblems(validatorOf(Envelope).errorsOf(told), ''));
  add(checkExtensions(told));
  if (!found.has('/type')) add(checkBody(type, told['data']));
  return [...found.values()];
}

function checkBody(type: MessageType, data: unknown): readonly Rejection[] | undefined {
  if (data === undefined) return [missing('/data')];
  if (!isPlainObject(data)) {
    return [problem('WRONG_TYPE', '/data', `The value is ${shown(data)}. Send an object.`)];
  }
  const { lines } = data;
  if (Array.isArray(lines) && lines.length > MESSAGE_LINES_MAX) {
    // Said alone: nobody reads the problems of a hundred thousand lines.
    const detail = `There are ${lines.length} lines. Send at most ${MESSAGE_LINES_MAX} in a message.`;
    return [problem('TOO_MANY_LINES', '/data/lines', detail)];
  }
  const problems = toProblems(validatorOf(MESSAGE_CLASSES[type]).errorsOf(data), '/data');
  return problems.length === 0 ? checkData(type, data) : problems;
}

function build(told: WireObject, type: MessageType): Message {
  const extensions = extensionsOf(told);
  const { sequence } = told;
  return {
    source: told['source'],
    id: told['id'],
    type,
    occurredAt: parseInstant(told['time'] as string),
    ...(sequence === undefined ? undefined : { sequence }),
    ...(extensions === undefined ? undefined : { extensions }),
    data: buildData(type, told['data'] as WireObject),
  } as Message;
}
