import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { sumOfAccounts } from '#inventory';
import type { OnHand } from '../../service.ts';
import type { Task } from '../command.ts';

/** That what was told has arrived everywhere, and that the books balance. */
export interface Proof {
  /** At rest all are equal; `posted` and all behind it are at or beyond what the file told. */
  readonly positions: {
    readonly head: number;
    readonly posted: number;
    readonly projected: number;
    readonly published: number;
  };
  readonly items: number;
  /** Items of which the accounts do not sum to 0: none. */
  readonly unbalanced: readonly string[];
  readonly holds: boolean;
}

const LOOK_EVERY_MS = 50;
const ITEMS_A_PAGE = 500;
const UNBALANCED_NAMED_MAX = 10;

/** Waits until everything through `position` is posted and shown, and looks at every item's accounts. */
export async function proveArrival(onhand: OnHand, position: number, task: Task): Promise<Proof> {
  await untilShown(onhand, position, task);
  const { items, unbalanced } = await balance(onhand);
  const { head, posted, projected, published } = await onhand.status();
  const holds =
    unbalanced.length === 0 && posted >= position && projected >= position && published >= position;
  return { positions: { head, posted, projected, published }, items, unbalanced, holds };
}

/** Posting writes events of its own, behind the head it began with: they must be shown too. */
async function untilShown(onhand: OnHand, position: number, { report, signal }: Task): Promise<void> {
  const from = (await onhand.status()).posted;
  for (;;) {
    const { posted } = await onhand.status();
    if (posted >= position) break;
    report({ step: 'posting', done: posted - from, total: position - from, unit: 'events' });
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
  const head = await onhand.rooms.store.head();
  for (;;) {
    const { projected, published } = await onhand.status();
    if (projected >= head && published >= head) return;
    report({
      step: 'computing what each channel may sell',
      done: Math.min(projected, published),
      total: head,
      unit: 'events',
    });
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}

async function balance(onhand: OnHand): Promise<{ readonly items: number; readonly unbalanced: string[] }> {
  const unbalanced: string[] = [];
  let items = 0;
  let after: string | undefined;
  for (;;) {
    const page = onhand.rooms.picture.ledger.items({ limit: ITEMS_A_PAGE, after });
    for (const { key, row } of page) {
      items++;
      if (sumOfAccounts(row) !== 0 && unbalanced.length < UNBALANCED_NAMED_MAX) unbalanced.push(key);
    }
    after = page.at(-1)?.key;
    if (after === undefined) return { items, unbalanced };
    await nextTurn(); // An import may run inside the service, and there may be a million items.
  }
}
