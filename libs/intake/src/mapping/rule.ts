import { MESSAGE_TYPES, type MessageType } from '#inventory';
import { assert } from '#kernel';
import { shapeOf, type WireClass } from '../messages/field.ts';
import { MESSAGE_CLASSES } from '../messages/message-classes.ts';
import type { Node } from './declaration.ts';
import { compileCondition, compileExpression } from './expression.ts';
import type { Evaluate, Test } from './row.ts';
import { compileTemplate, type Template } from './template.ts';
import type { Scope } from './vocabulary.ts';

/** What becomes of the rows that a rule fits. */
export interface Rule {
  readonly name: string;
  /** Absent: it fits every row. */
  readonly when?: Test;
  /** Absent: its rows are skipped, and counted under its name. */
  readonly message?: MessageRule;
}

/** How rows become the messages of one type. */
export interface MessageRule {
  readonly type: MessageType;
  /** Rows with equal keys are one document. Absent: each row is a message of its own. */
  readonly groupBy?: readonly Evaluate[];
  /** No two lines of a document may have equal values of these. */
  readonly uniqueBy?: readonly Evaluate[];
  /** The message's id, if it is not made from the keys. */
  readonly id?: Evaluate;
  readonly time: Evaluate;
  readonly data: Template;
  readonly line: Template;
}

const RULE_NAMES = ['name', 'comment', 'when', 'skip', 'message'];
const MESSAGE_NAMES = ['type', 'groupBy', 'uniqueBy', 'id', 'time', 'data', 'line'];

/** Compiles one rule; what is wrong is reported at the node. */
export function compileRule(node: Node, scope: Scope): Rule {
  node.isObject(RULE_NAMES);
  const name = node.needed('name')?.text() ?? '';
  const when = node.has('when') ? { when: compileCondition(node.at('when'), scope) } : {};
  if (node.flag('skip') === node.has('message')) {
    node.report(
      node.has('message') ? 'FIELDS_EXCLUDE' : 'MISSING_FIELD',
      'A rule has either "message" or "skip": true. Write exactly one of them.',
    );
  }
  if (!node.has('message')) return { name, ...when };
  const message = compileMessage(node.at('message'), scope);
  return message === undefined ? { name, ...when } : { name, ...when, message };
}

function compileMessage(node: Node, scope: Scope): MessageRule | undefined {
  if (!node.isObject(MESSAGE_NAMES)) return undefined;
  const type = node.needed('type')?.oneOf(MESSAGE_TYPES);
  const [time, data, line] = [node.needed('time'), node.needed('data'), node.needed('line')];
  const names = compileName(node, scope);
  if (!type || !time || !data || !line || !names) return undefined;
  const wire = MESSAGE_CLASSES[type];
  const uniqueBy = node.has('uniqueBy') ? { uniqueBy: compileAll(node.at('uniqueBy'), scope) } : {};
  return {
    type,
    ...names,
    ...uniqueBy,
    time: compileExpression(time, scope).evaluate,
    data: compileTemplate(data, wire, scope, ['lines']),
    line: compileTemplate(line, lineClass(wire), scope),
  };
}

/** The ids of messages: made from the keys of a document, so that the same file gives the same ids, or from an expression. */
function compileName(node: Node, scope: Scope): Pick<MessageRule, 'groupBy' | 'id'> | undefined {
  if (node.has('groupBy') && node.has('id')) {
    return node.report(
      'FIELDS_EXCLUDE',
      'With "groupBy" the id is made from the values grouped by. Leave "id" out.',
    );
  }
  if (node.has('groupBy')) return { groupBy: compileAll(node.at('groupBy'), scope) };
  const id = node.needed('id');
  return id === undefined ? undefined : { id: compileExpression(id, scope).evaluate };
}

const compileAll = (node: Node, scope: Scope): Evaluate[] =>
  node.items().map((each) => compileExpression(each, scope).evaluate);

function lineClass(wire: WireClass): WireClass {
  const { reading } = shapeOf(wire).get('lines')!;
  assert('type' in reading, 'lines with a class');
  return reading.type;
}
