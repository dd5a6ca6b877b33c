import type { OnHand } from '../../src/service.ts';
import { WAIT_MS_MAX } from '../fixtures/waiting.ts';

/** Resolves when everything is posted, released and shown. */
export async function atRest({ rooms }: OnHand): Promise<void> {
  const { store, ledger, projector } = rooms;
  for (let head = -1; head !== (await store.head());) {
    head = await store.head();
    await ledger.posting.waitFor(head, WAIT_MS_MAX);
    await projector.waitFor(await store.head(), WAIT_MS_MAX);
  }
}
