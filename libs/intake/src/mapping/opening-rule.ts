import type { MessageType } from '#inventory';
import { shown } from '../problem.ts';
import { isIdText, isSlugText } from '../scalars/id-text.ts';
import type { Node } from './declaration.ts';
import type { Rule } from './rule.ts';

/** An opening stock that no row tells of: generated so that everything in the file can have happened. */
export interface OpeningRule {
  /** Of the generated `stock.received`; its messages are named by it too. */
  readonly documentId: string;
  readonly location: string;
}

/** Whether a line of a type takes its quantity out of the location, or adds it as it is signed. */
export const FLOW_OF_TYPE: Partial<Record<MessageType, 1 | -1>> = {
  'sale.completed': -1,
  'stock.shipped': -1,
  'sale.returned': 1,
  'stock.received': 1,
  'stock.adjusted': 1,
};

/** Compiles the declaration, if every rule's effect on that one location's sellable stock can be told by its type. */
export function compileOpening(node: Node, rules: readonly Rule[]): OpeningRule | undefined {
  if (!node.isObject(['documentId', 'location'])) return undefined;
  const documentId = node.needed('documentId')?.value;
  const location = node.needed('location')?.value;
  if (!isIdText(documentId))
    return node.at('documentId').report('WRONG_TYPE', 'Write the id of the document.');
  if (!isSlugText(location)) return node.at('location').report('WRONG_TYPE', 'Write the id of a location.');
  for (const { name, message } of rules) {
    if (message === undefined) continue;
    const { type, data, line } = message;
    if (FLOW_OF_TYPE[type] === undefined) {
      node.report(
        'VALUE_UNKNOWN',
        `The rule ${shown(name)} makes ${type}, whose effect on stock is not known in advance. Use a type that moves stock, or leave "opening" out.`,
      );
    }
    const isThere = data.fields.get('location')?.constant === location;
    const isPlain = line.fields.has('sku') && !line.fields.has('disposition');
    if (isThere && isPlain) continue;
    const wanted = `a constant location ${shown(location)}, and a sku and no disposition in its lines`;
    node.report('VALUE_UNKNOWN', `The rule ${shown(name)} must have ${wanted}.`);
  }
  return { documentId, location };
}
