import { appendContract } from './append.contract.ts';
import { appendManyContract } from './append-many.contract.ts';
import { readContract } from './read.contract.ts';
import type { OpenEventStore } from './store-under-test.ts';
import { subscribeContract } from './subscribe.contract.ts';

/**
 * What every EventStore must do, as the port says. Each adapter's spec calls this, and adds only what is particular to it.
 * The log may contain other events: a shared server is as good as an empty file.
 */
export function eventStoreContract(name: string, open: OpenEventStore): void {
  describe(`${name} keeps the contract of an event store`, () => {
    appendContract(open);
    appendManyContract(open);
    readContract(open);
    subscribeContract(open);
  });
}
