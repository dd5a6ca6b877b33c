import type { Quantity } from '#kernel';
import type { Rejection } from '../rejection.ts';
import { mayHaveAsked } from './adjust.ts';
import { type Draft, record, touch } from './draft.ts';
import type { Reallocate, Repeated } from './item-command.ts';
import { orderKey } from './item-keys.ts';
import { freeAt } from './item-readers.ts';
import { pastOf } from './post-sweep.ts';
import { differs } from './repeated-request.ts';

/** Moves a promise to another location, where it can be kept. */
export function reallocate(draft: Draft, command: Reallocate): Rejection | Repeated | undefined {
  const first = firstOf(draft, command);
  if (first) return first;
  const { channel, orderId, line, from, to, quantity } = command;
  const committed = draft.state.commitments[orderKey(channel, orderId)] ?? [];
  const there = committed.find((each) => each.line === line && each.location === from)?.quantity ?? 0;
  if (there < quantity) return insufficientCommitment(there);
  const available = Math.max(0, freeAt(draft.state, to));
  if (available < quantity) return insufficientStock(quantity, available);

  touch(draft, from);
  touch(draft, to);
  const { reallocationId } = command;
  record(draft, {
    type: 'CommitmentMoved',
    data: { reallocationId, channel, orderId, line, from, to, quantity, occurredAt: draft.context.now },
  });
  return undefined;
}

const CONTENT = ['channel', 'orderId', 'line', 'from', 'to', 'quantity'] as const;

function firstOf(draft: Draft, command: Reallocate): Rejection | Repeated | undefined {
  if (!mayHaveAsked(draft.state, command.reallocationId)) return undefined;
  for (const event of pastOf(draft)) {
    if (event.type !== 'CommitmentMoved' || event.data.reallocationId !== command.reallocationId) continue;
    return differs(command, event.data, CONTENT) ?? { repeated: event, position: event.position };
  }
  return undefined;
}

const insufficientCommitment = (committed: Quantity): Rejection => ({
  code: 'INSUFFICIENT_COMMITMENT',
  detail:
    'Less of the order line is committed at "from" than should be moved. Read the order again, and move at most what it has there.',
  facts: { committed },
});

/** OnHand never oversells by its own decision, so no promise moves to where it cannot be kept. */
const insufficientStock = (requested: Quantity, available: Quantity): Rejection => ({
  code: 'INSUFFICIENT_STOCK',
  detail: 'Too little is free at "to" for the quantity to move. Move less, or choose another location.',
  facts: { requested, available },
});
