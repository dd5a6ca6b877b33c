import type { Quantity } from '#kernel';
import { compareFacts, type FactKey } from '../entry.ts';
import { sumLines } from './document-lines.ts';
import { factKeyOf } from './told-message.ts';
import type { ToldFact } from './told-stream.ts';

/**
 * True if these facts of one document say that more of an item was received than they say was expected. What others
 * tell of the item under the same name, or under a purchase order's, only the item knows, which opens the exception. An
 * expectation that was cancelled (0) is never exceeded.
 */
export function isMoreThanExpected(facts: readonly ToldFact[]): boolean {
  const expected = expectedOf(facts);
  if (expected.size === 0) return false;
  const received = receivedOf(facts);
  return [...expected].some(([sku, { quantity }]) => quantity > 0 && (received.get(sku) ?? 0) > quantity);
}

/** By item, as last told by time. */
function expectedOf(facts: readonly ToldFact[]): Map<string, { key: FactKey; quantity: Quantity }> {
  const expected = new Map<string, { key: FactKey; quantity: Quantity }>();
  for (const { message, lines } of facts) {
    if (message.type !== 'stock.expected') continue;
    const key = factKeyOf(message);
    for (const { sku, quantity } of sumLines(message.data.lines, lines)) {
      const known = expected.get(sku);
      if (known === undefined || compareFacts(key, known.key) > 0) expected.set(sku, { key, quantity });
    }
  }
  return expected;
}

function receivedOf(facts: readonly ToldFact[]): Map<string, Quantity> {
  const received = new Map<string, Quantity>();
  for (const { message, lines } of facts) {
    if (message.type !== 'stock.received') continue;
    const { documentId, purchaseOrderId = documentId } = message.data;
    if (purchaseOrderId !== documentId) continue;
    for (const { sku, quantity } of sumLines(message.data.lines, lines)) {
      received.set(sku, (received.get(sku) ?? 0) + quantity);
    }
  }
  return received;
}
