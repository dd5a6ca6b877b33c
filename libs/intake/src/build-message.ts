import type { Message, MessageType } from '#inventory';
import { toQuantity } from '#kernel';
import { shapeOf, type WireClass } from './messages/field.ts';
import { MESSAGE_CLASSES } from './messages/message-classes.ts';
import { parseInstant } from './scalars/instant-text.ts';

/** An object as it came in, found valid. */
export type WireObject = { readonly [name: string]: unknown };
type Building = { [name: string]: unknown };
type Convert = (value: never) => unknown;

/**
 * Turns valid `data` into ours: quantities and instants become integers, defaults are filled in, and fields
 * stand in one fixed order, attributes by name, whatever order they came in. So equal content is equal JSON.
 */
export function buildData(type: MessageType, data: WireObject): Message['data'] {
  let build = builders.get(type);
  if (build === undefined) {
    build = dataBuilder(type);
    builders.set(type, build);
  }
  return build(data) as unknown as Message['data'];
}

const builders = new Map<MessageType, (data: WireObject) => Building>();

function dataBuilder(type: MessageType): (data: WireObject) => Building {
  const isMatchedByItem = type.startsWith('order.') && type !== 'order.placed';
  return objectBuilder(MESSAGE_CLASSES[type], (line) => lineBuilder(line, !isMatchedByItem));
}

/** Copies the fields of a class in their order, each by its own conversion; what was left out stays out. */
function objectBuilder(
  type: WireClass,
  linesOf: (line: WireClass) => Convert,
): (data: WireObject) => Building {
  const fill = fieldsFiller(type, linesOf);
  return (data) => fill({}, data);
}

function fieldsFiller(
  type: WireClass,
  linesOf: (line: WireClass) => Convert,
): (built: Building, data: WireObject) => Building {
  const names = [...shapeOf(type).keys()];
  const converts = [...shapeOf(type).values()].map(({ reading }): Convert | undefined => {
    if (reading.as === 'lines') return linesOf(reading.type);
    if (reading.as === 'object') return objectBuilder(reading.type, linesOf);
    return reading.as === 'told' ? undefined : CONVERTS[reading.as];
  });
  return (built, data) => {
    for (let i = 0; i < names.length; i++) {
      const value = data[names[i]!];
      if (value === undefined) continue;
      const convert = converts[i];
      built[names[i]!] = convert === undefined ? value : convert(value as never);
    }
    return built;
  };
}

/** Gives lines their default name and disposition, where their message type has one. */
function lineBuilder(type: WireClass, isNumbered: boolean): (lines: readonly WireObject[]) => Building[] {
  const fill = fieldsFiller(type, () => () => undefined);
  const hasDisposition = shapeOf(type).has('disposition');
  return (lines) =>
    lines.map((told, index) => {
      const line = told['line'] ?? (isNumbered ? String(index + 1) : undefined);
      const built = fill(line === undefined ? {} : { line }, told);
      if (hasDisposition) built['disposition'] ??= 'sellable';
      return built;
    });
}

const CONVERTS: Record<'quantity' | 'instant' | 'attributes', Convert> = {
  quantity: (units: number) => toQuantity(units),
  instant: parseInstant,
  attributes: (told: Record<string, string>) => sortedByName(told),
};

/** By UTF-16 code units. */
function sortedByName<Value>(entries: Record<string, Value>): Record<string, Value> {
  const sorted: Record<string, Value> = {};
  for (const name of Object.keys(entries).sort()) sorted[name] = entries[name]!;
  return sorted;
}
