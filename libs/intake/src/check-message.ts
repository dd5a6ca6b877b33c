import type { MessageType, Rejection } from '#inventory';
import type { Instant } from '#kernel';
import type { WireObject } from './build-message.ts';
import { missing } from './messages/violations.ts';
import { problem, shown } from './problem.ts';
import {
  AHEAD_MS_MAX,
  checkRange,
  COUNT_AHEAD_MS_MAX,
  EXPECTED_AHEAD_MS_MAX,
} from './scalars/instant-range.ts';
import { parseInstant } from './scalars/instant-text.ts';

/** The names a line may have for its item; it must have exactly one. */
const ITEM_NAMES = ['sku', 'listing', 'identifier'] as const;

/** Checks the rules between fields, each of which is valid by itself. */
export function checkData(type: MessageType, data: WireObject): readonly Rejection[] | undefined {
  const lines = data['lines'] as readonly WireObject[] | undefined;
  const found = lines === undefined ? undefined : checkLines(lines, type);
  if (!type.startsWith('transfer.') || data['from'] !== data['to']) return found;
  const detail = `The transfer goes from ${shown(data['from'])} to the same location. Send two different locations.`;
  return [...(found ?? []), problem('TRANSFER_SAME_LOCATION', '/data/to', detail)];
}

/** Checks that each time of a message is possible, by our clock. */
export function checkTimes(type: MessageType, message: WireObject, now: Instant): readonly Rejection[] {
  const data = message['data'] as WireObject;
  const aheadMax = type === 'stock.counted' ? COUNT_AHEAD_MS_MAX : AHEAD_MS_MAX;
  let found = NO_PROBLEMS;
  const check = (told: unknown, aheadMs: number, pointer: string): void => {
    const wrong = typeof told === 'string' && checkRange(parseInstant(told), aheadMs, now, pointer);
    if (wrong) found = [...found, wrong];
  };
  check(message['time'], aheadMax, '/time');
  for (const { field, most, pointer } of DATA_INSTANTS) check(data[field], most, pointer);
  return found;
}

const NO_PROBLEMS: readonly Rejection[] = [];

const DATA_INSTANTS = [
  { field: 'asOf', most: COUNT_AHEAD_MS_MAX, pointer: '/data/asOf' },
  { field: 'expectedAt', most: EXPECTED_AHEAD_MS_MAX, pointer: '/data/expectedAt' },
] as const;

function checkLines(lines: readonly WireObject[], type: MessageType): Rejection[] | undefined {
  const isNumbered = !type.startsWith('order.') || type === 'order.placed';
  let found: Rejection[] | undefined;
  let named = false;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    named ||= line['line'] !== undefined;
    const wrong = checkItem(line, index);
    if (wrong !== undefined) (found ??= []).push(wrong);
  }
  // Only where a line was given a name can two lines have the same.
  const repeated = named && lines.length > 1 ? repeatedLines(lines, isNumbered) : [];
  return repeated.length === 0 ? found : [...(found ?? []), ...repeated];
}

function checkItem(line: WireObject, index: number): Rejection | undefined {
  const { sku, listing, identifier } = line;
  const count = +(sku !== undefined) + +(listing !== undefined) + +(identifier !== undefined);
  if (count === 1) return undefined;
  const pointer = `/data/lines/${index}`;
  if (count === 0) {
    return {
      ...missing(`${pointer}/sku`),
      hint: 'listing or identifier would do as well: a line names its item by exactly one of the three',
    };
  }
  const names = ITEM_NAMES.filter((name) => line[name] !== undefined);
  const detail = `The line has ${names.join(' and ')}, but its item can be named only once. Send one of them.`;
  return problem('FIELDS_EXCLUDE', `${pointer}/${names[1]}`, detail);
}

function repeatedLines(lines: readonly WireObject[], isNumbered: boolean): Rejection[] {
  const seen = new Map<unknown, number>();
  const found: Rejection[] = [];
  lines.forEach((line, index) => {
    const name = line['line'] ?? (isNumbered ? String(index + 1) : undefined);
    if (name === undefined) return;
    const first = seen.get(name);
    if (first === undefined) return void seen.set(name, index);
    const detail = `The lines at index ${first} and ${index} are both named ${shown(name)}. Give each line its own name.`;
    found.push(problem('DUPLICATE_LINE', `/data/lines/${index}/line`, detail));
  });
  return found;
}
