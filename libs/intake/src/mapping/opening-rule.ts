import type { MessageType } from '#inventory';
import { shown } from '../problem.ts';
import { isIdText, isSlugText } from '../scalars/id-text.ts';
import type { Node } from './declaration.ts';
import type { Rule } from './rule.ts';

/** An opening stock that is not in the file: it is generated, so that no row takes out more than there is. */
export interface OpeningRule {
  /** Of the generated `stock.received`; its messages are named by it too. */
  readonly documentId: string;
  readonly location: string;
}

/** What a line's quantity, with its sign, does to the location's stock, by message type: 1 adds it, -1 takes it out. */
export const FLOW_OF_TYPE: Partial<Record<MessageType, 1 | -1>> = {
  'sale.completed': -1,
  'stock.shipped': -1,
  'sale.returned': 1,
  'stock.received': 1,
  'stock.adjusted': 1,
};

/** Compiles the declaration. Every rule must have a known effect on the sellable stock of that one location. */
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
