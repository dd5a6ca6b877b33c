import { compareFacts, type Expect } from '../entry.ts';
import { type Draft, record } from './draft.ts';
import { setException } from './exceptions.ts';
import { nameKey } from './item-keys.ts';
import type { Expectation, ItemState } from './item-state.ts';
import { expectationIn } from './past.ts';
import { pastOf } from './post-sweep.ts';
import { mayRemember } from './remembered.ts';

/** A quantity is expected under this document's name: the latest statement counts, in whatever order they are told. */
export function postExpectation(draft: Draft, expect: Expect): void {
  const { key, documentId, location, quantity, expectedAt } = expect;
  const data = { key, documentId, location, quantity, expectedAt, journal: draft.journal };
  const known = draft.state.expectations[nameKey(documentId)];
  let former = known?.location;
  const order = known ? compareFacts(key, known.key) : 1;
  if (known && order <= 0) {
    const more = order === 0 ? {} : { superseded: true as const };
    record(draft, { type: 'SupplyExpected', data: { ...data, received: known.received, ...more } });
  } else {
    const { received, latest } = known ? { ...known, latest: undefined } : recall(draft, documentId);
    const isOld = latest !== undefined && compareFacts(key, latest.key) < 0;
    if (!isOld) former ??= latest?.location;
    const more = isOld ? { superseded: true as const } : {};
    record(draft, { type: 'SupplyExpected', data: { ...data, received, ...more } });
  }
  judgeReceipt(draft, documentId);
  if (former !== undefined) clearWhereItMovedFrom(draft, documentId, former);
}

/** What is now expected elsewhere is no longer too much at its former place. */
function clearWhereItMovedFrom(draft: Draft, documentId: string, former: string): void {
  if (draft.state.expectations[nameKey(documentId)]?.location === former) return;
  setException(draft, { kind: 'over-receipt', location: former, orderId: documentId }, 0);
}

/** Goods that came before they were expected, and an expectation so old that it is forgotten. */
function recall(draft: Draft, documentId: string): ReturnType<typeof expectationIn> {
  return mayHaveCome(draft.state, documentId) ? expectationIn(pastOf(draft), documentId) : { received: 0 };
}

/** True if only the past can tell what has been received under this name. */
export const mayHaveCome = (state: ItemState, documentId: string): boolean =>
  state.expectations[nameKey(documentId)] === undefined && mayRemember(state.unexpected, documentId);

/** True if goods that come under this name may belong to an expectation that only the past knows. */
export const mayBeForgotten = (state: ItemState, documentId: string): boolean =>
  state.expectations[nameKey(documentId)] === undefined && mayRemember(state.forgotten, documentId);

/**
 * Flags that more came than was expected, once both are known. An expectation that was cancelled (0) is never exceeded.
 */
function judgeReceipt(draft: Draft, documentId: string): void {
  const expectation = draft.state.expectations[nameKey(documentId)];
  if (expectation) judge(draft, documentId, expectation);
}

/** The same for goods that came just now, which may belong to a forgotten expectation: that one was complete. */
export function judgeReceived(draft: Draft, documentId: string): void {
  if (!mayBeForgotten(draft.state, documentId)) return judgeReceipt(draft, documentId);
  const { received, latest } = expectationIn([...pastOf(draft), ...draft.events], documentId);
  if (latest) judge(draft, documentId, { ...latest, received });
}

type Judged = Pick<Expectation, 'location' | 'expected' | 'received'>;

function judge(draft: Draft, documentId: string, { location, expected, received }: Judged): void {
  const over = expected === 0 ? 0 : Math.max(0, received - expected);
  setException(draft, { kind: 'over-receipt', location, orderId: documentId }, over);
}
