import { nameHint } from '#inventory';
import { shown } from '../problem.ts';
import { isPlainObject } from '../scalars/free-text.ts';
import { compileTest } from './condition.ts';
import {
  type Convert,
  localInstant,
  toInstantValue,
  toNumberValue,
  toQuantityValue,
  toSkuValue,
} from './conversions.ts';
import { isForbiddenName, type Node } from './declaration.ts';
import { FORMAT_LETTERS } from './local-time.ts';
import type { Evaluate, MappedRow, Test, Value } from './row.ts';
import { type Compiled, EXPRESSION_NAMES, type Scope, SOURCES, STEPS } from './vocabulary.ts';
import { Zone } from './zone.ts';

const CONVERSIONS = ['text', 'quantity', 'number', 'sku', 'instant'] as const;

const NOTHING: Compiled = { evaluate: () => undefined };

/** Compiles an expression. One that is wrong is reported at its node, and then gives nothing. */
export function compileExpression(node: Node, scope: Scope, names = EXPRESSION_NAMES): Compiled {
  if (!node.isObject(names)) return NOTHING;
  const sources = SOURCES.filter((name) => node.has(name));
  if (sources.length !== 1) {
    const [code, what] =
      sources.length === 0 ? ['MISSING_FIELD', 'none'] : ['FIELDS_EXCLUDE', sources.join(' and ')];
    node.report(code, `An expression has one of ${SOURCES.join(', ')}; this has ${what}.`);
    return NOTHING;
  }
  const source = compileSource(sources[0]!, node, scope);
  return withSteps(source, node, scope);
}

/** Compiles a condition: see `compileTest`. */
export const compileCondition = (node: Node, scope: Scope): Test =>
  compileTest(node, scope, compileExpression);

function compileSource(name: (typeof SOURCES)[number], node: Node, scope: Scope): Compiled {
  const told = node.at(name);
  switch (name) {
    case 'column':
      return columnSource(told, scope);
    case 'const':
      return constSource(told);
    case 'value':
      return valueSource(told, scope);
    case 'join':
      return joinSource(told, node, scope);
    case 'if':
      return ifSource(told, node, scope);
    case 'table':
      return tableSource(told, node, scope);
  }
}

function columnSource(told: Node, { names }: Scope): Compiled {
  const name = told.text();
  if (name === undefined) return NOTHING;
  if (isForbiddenName(name)) {
    told.report(
      'MAPPING_PATH_FORBIDDEN',
      `${shown(name)} is not a column. Write its name as the header spells it.`,
    );
    return NOTHING;
  }
  const column = names.column(name);
  return { evaluate: (row) => row.cell(column), column };
}

function constSource(told: Node): Compiled {
  const { value } = told;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return { evaluate: () => value, constant: value };
  }
  told.report('WRONG_TYPE', `The value is ${shown(value)}. Write a text, a number, true or false.`);
  return NOTHING;
}

function valueSource(told: Node, { values }: Scope): Compiled {
  const name = told.text();
  if (name === undefined) return NOTHING;
  const found = values.get(name);
  if (found !== undefined) return found;
  told.report(
    'VALUE_UNKNOWN',
    `There is no value ${shown(name)} above this.`,
    nameHint(name, [...values.keys()]),
  );
  return NOTHING;
}

function joinSource(told: Node, node: Node, scope: Scope): Compiled {
  const parts = told.items().map((each) => compileExpression(each, scope).evaluate);
  const between = node.has('with') ? (node.at('with').value as string) : '';
  if (typeof between !== 'string')
    node.at('with').report('WRONG_TYPE', 'Write the text that goes between the parts.');
  return { evaluate: (row) => parts.map((part) => part(row) ?? '').join(between) };
}

function ifSource(told: Node, node: Node, scope: Scope): Compiled {
  const test = compileCondition(told, scope);
  const [yes, no] = ['then', 'else'].map((name) => {
    const branch = node.needed(name);
    return branch === undefined ? NOTHING : compileExpression(branch, scope);
  });
  return { evaluate: (row) => (test(row) ? yes! : no!).evaluate(row) };
}

/** Looks words up in a list of pairs; what is not in it is a problem, unless there is a default. */
function tableSource(told: Node, node: Node, scope: Scope): Compiled {
  const of = node.needed('of');
  const key = of === undefined ? NOTHING : compileExpression(of, scope);
  const entries = isPlainObject(told.value) ? Object.entries(told.value) : [];
  if (entries.length === 0 || entries.some(([, value]) => typeof value !== 'string')) {
    told.report('WRONG_TYPE', 'A table is an object of texts with at least one entry.');
  }
  const table = new Map(entries as [string, string][]);
  const hasDefault = node.has('default') || node.flag('optional');
  const evaluate: Evaluate = (row) => {
    const words = key.evaluate(row);
    const found = table.get(String(words));
    if (found !== undefined || hasDefault || words === undefined) return found;
    const hint = nameHint(String(words), [...table.keys()]);
    return row.report(
      'VALUE_UNKNOWN',
      key.column,
      `${shown(words)} is not in the table of ${told.pointer}.`,
      hint,
    );
  };
  return key.column === undefined ? { evaluate } : { evaluate, column: key.column };
}

/** Adds the steps that follow the source, such as `trim`, `default` and `as`. */
function withSteps(source: Compiled, node: Node, scope: Scope): Compiled {
  const { column } = source;
  const words = textSteps(source.evaluate, node);
  const whenEmpty = emptyStep(node, scope);
  const convert = conversion(node);
  const change = numberSteps(node);
  if (STEPS.every((name) => !node.has(name))) return source;
  const evaluate = (row: MappedRow): Value => {
    const told = words(row);
    if (told === undefined || told === '') {
      if (whenEmpty !== undefined) return whenEmpty(row);
      if (convert === undefined || told === undefined) return told;
      return row.report('MISSING_FIELD', column, 'It is empty. Fill it in.');
    }
    return change(convert === undefined ? told : convert(String(told), row, column));
  };
  return column === undefined ? { evaluate } : { evaluate, column };
}

/** What stands in for words that are empty: a default, or nothing at all. */
function emptyStep(node: Node, scope: Scope): Evaluate | undefined {
  const isOptional = node.flag('optional');
  if (node.has('default')) return compileExpression(node.at('default'), scope).evaluate;
  return isOptional ? () => undefined : undefined;
}

function textSteps(evaluate: Evaluate, node: Node): Evaluate {
  const [trim, upper, lower] = ['trim', 'upper', 'lower'].map((name) => node.flag(name));
  if (upper && lower)
    node.report('FIELDS_EXCLUDE', '"upper" and "lower" exclude each other. Keep one of them.');
  if (!trim && !upper && !lower) return evaluate;
  return (row) => {
    const told = evaluate(row);
    if (typeof told !== 'string') return told;
    const trimmed = trim ? told.trim() : told;
    return upper ? trimmed.toUpperCase() : lower ? trimmed.toLowerCase() : trimmed;
  };
}

function numberSteps(node: Node): (value: Value) => Value {
  const [abs, negate] = ['abs', 'negate'].map((name) => node.flag(name));
  const isNumber = ['quantity', 'number'].includes(node.at('as').value as string);
  if ((abs || negate) && !isNumber)
    node.report('MISSING_FIELD', 'abs and negate need "as": "quantity" or "number".');
  if (!abs && !negate) return (value) => value;
  return (value) => {
    if (typeof value !== 'number') return value;
    const size = abs ? Math.abs(value) : value;
    return (negate ? -size : size) + 0;
  };
}

function conversion(node: Node): Convert | undefined {
  for (const name of ['format', 'zone']) {
    if (node.has(name) && node.at('as').value !== 'instant') {
      node
        .at(name)
        .report(
          'FIELDS_EXCLUDE',
          `"${name}" is only allowed with "as": "instant". Leave it out, or add that.`,
        );
    }
  }
  if (!node.has('as')) return undefined;
  switch (node.at('as').oneOf(CONVERSIONS)) {
    case 'quantity':
      return toQuantityValue;
    case 'number':
      return toNumberValue;
    case 'sku':
      return toSkuValue;
    case 'instant':
      return instantConversion(node);
    case 'text':
    case undefined:
      return undefined;
  }
}

/** Without a format: RFC 3339 with an offset. With one, the zone of its clocks must be said. */
function instantConversion(node: Node): Convert | undefined {
  if (!node.has('format') && !node.has('zone')) return toInstantValue;
  const [format, name] = [node.needed('format')?.text(), node.needed('zone')?.text()];
  if (format === undefined || name === undefined) return undefined;
  const zone = Zone.named(name);
  if (zone === undefined) {
    const hint = nameHint(name, ['UTC', ...Intl.supportedValuesOf('timeZone')]).slice(0, 80);
    return node.at('zone').report('VALUE_UNKNOWN', `There is no time zone ${shown(name)}.`, hint);
  }
  const convert = localInstant(format, zone);
  if (convert !== undefined) return convert;
  const detail = `${shown(format)} is not a format. Use ${FORMAT_LETTERS.join(', ')}, each once, with year, month and day.`;
  return node.at('format').report('VALUE_UNKNOWN', detail);
}
