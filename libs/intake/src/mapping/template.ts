import { nameHint } from '#inventory';
import { shown } from '../problem.ts';
import { type Field, shapeOf, type WireClass } from '../messages/field.ts';
import { isForbiddenName, type Node } from './declaration.ts';
import { compileExpression } from './expression.ts';
import type { MappedRow } from './row.ts';
import type { Compiled, Scope } from './vocabulary.ts';

/** An object of a message, to be filled from a row. */
export interface Template {
  readonly fill: (row: MappedRow) => Filled;
  /** The expression of each field that has one of its own. */
  readonly fields: ReadonlyMap<string, Compiled>;
}

export type Filled = { [name: string]: unknown };
type Fill = (row: MappedRow) => unknown;

/** Compiles the fields of a message class, without those that are made elsewhere. */
export function compileTemplate(
  node: Node,
  type: WireClass,
  scope: Scope,
  without: readonly string[] = [],
): Template {
  const shape = new Map([...shapeOf(type)].filter(([name]) => !without.includes(name)));
  const fields = new Map<string, Compiled>();
  if (!node.isObject()) return { fill: () => ({}), fields };
  checkNames(node, [...shape.keys()]);
  const fills: [string, Fill][] = [];
  for (const [name, field] of shape) {
    if (!node.has(name)) {
      if (!field.isOptional) node.needed(name);
      continue;
    }
    const { fill, compiled } = compileField(node.at(name), field, scope);
    fills.push([name, fill]);
    if (compiled !== undefined) fields.set(name, compiled);
  }
  return { fill: (row) => fillAll(fills, row), fields };
}

function checkNames(node: Node, allowed: readonly string[]): void {
  for (const name of node.names()) {
    if (allowed.includes(name)) continue;
    const told = node.at(name);
    if (isForbiddenName(name) || !/^[A-Za-z][A-Za-z0-9]*$/.test(name)) {
      told.report(
        'MAPPING_PATH_FORBIDDEN',
        `${shown(name)} is not a field name: paths are not supported here. Write the fields as nested objects.`,
      );
    } else {
      told.report('UNKNOWN_FIELD', `The message has no field ${shown(name)} here.`, nameHint(name, allowed));
    }
  }
}

function compileField(node: Node, { reading }: Field, scope: Scope): { fill: Fill; compiled?: Compiled } {
  if (reading.as === 'attributes') return { fill: attributesFill(node, scope) };
  if (reading.as === 'object') return { fill: compileTemplate(node, reading.type, scope).fill };
  const compiled = compileExpression(node, scope);
  if (reading.as !== 'instant') return { fill: compiled.evaluate, compiled };
  return { fill: (row) => toInstantText(compiled.evaluate(row)), compiled };
}

function attributesFill(node: Node, scope: Scope): Fill {
  if (!node.isObject()) return () => undefined;
  const fills = node.names().map((name): [string, Fill] => {
    if (isForbiddenName(name)) node.at(name).report('MAPPING_PATH_FORBIDDEN', 'Choose another name.');
    return [name, compileExpression(node.at(name), scope).evaluate];
  });
  return (row) => fillAll(fills, row);
}

/** Times are text in a message. */
export const toInstantText = (value: unknown): unknown =>
  typeof value === 'number' && Number.isFinite(value) ? new Date(value).toISOString() : value;

function fillAll(fills: readonly [string, Fill][], row: MappedRow): Filled {
  const filled: Filled = {};
  for (const [name, fill] of fills) {
    const value = fill(row);
    if (value !== undefined) filled[name] = value;
  }
  return filled;
}
