import { shown } from '../problem.ts';
import type { Node } from './declaration.ts';
import type { Evaluate, Test, Value } from './row.ts';
import { type Compiled, EXPRESSION_NAMES, type Scope } from './vocabulary.ts';

/** How an expression's value may be tested. */
const TESTS = ['equals', 'in', 'startsWith', 'empty'] as const;
const NAMES = [...EXPRESSION_NAMES, ...TESTS];
const NEVER: Test = () => false;

/** Compiles the expression inside a condition. It is a parameter, because expressions contain conditions too. */
type Compile = (node: Node, scope: Scope, names: readonly string[]) => Compiled;

/** Compiles a condition: `all`, `any`, `not` of others, or an expression with a test. */
export function compileTest(node: Node, scope: Scope, compile: Compile): Test {
  if (!node.isObject()) return NEVER;
  if (node.has('all') || node.has('any')) {
    const name = node.has('all') ? 'all' : 'any';
    if (!node.isObject([name])) return NEVER;
    const tests = node
      .at(name)
      .items()
      .map((each) => compileTest(each, scope, compile));
    if (name === 'all') return (row) => tests.every((test) => test(row));
    return (row) => tests.some((test) => test(row));
  }
  if (node.has('not')) {
    if (!node.isObject(['not'])) return NEVER;
    const test = compileTest(node.at('not'), scope, compile);
    return (row) => !test(row);
  }
  const tests = TESTS.filter((name) => node.has(name));
  const { evaluate } = compile(node, scope, NAMES);
  if (tests.length === 1) return compileOne(tests[0]!, node.at(tests[0]!), evaluate);
  const [code, what] =
    tests.length === 0 ? ['MISSING_FIELD', 'none'] : ['FIELDS_EXCLUDE', tests.join(' and ')];
  node.report(code, `A condition has one of all, any, not, ${TESTS.join(', ')}; this has ${what}.`);
  return NEVER;
}

function compileOne(name: (typeof TESTS)[number], told: Node, evaluate: Evaluate): Test {
  switch (name) {
    case 'equals':
      return isScalar(told) ? (row) => evaluate(row) === told.value : NEVER;
    case 'in': {
      const values = new Set(
        told
          .items()
          .filter(isScalar)
          .map((each) => each.value as Value),
      );
      return (row) => values.has(evaluate(row));
    }
    case 'startsWith': {
      const start = told.text();
      return start === undefined ? NEVER : (row) => String(evaluate(row) ?? '').startsWith(start);
    }
    case 'empty': {
      if (typeof told.value !== 'boolean') told.report('WRONG_TYPE', 'Write true or false.');
      return (row) => ((evaluate(row) ?? '') === '') === told.value;
    }
  }
}

function isScalar(told: Node): boolean {
  if (['string', 'number', 'boolean'].includes(typeof told.value)) return true;
  told.report('WRONG_TYPE', `The value is ${shown(told.value)}. Write a text, a number, true or false.`);
  return false;
}
