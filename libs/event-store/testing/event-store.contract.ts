import { appendContract } from './append.contract.ts';
import { appendManyContract } from './append-many.contract.ts';
import { readContract } from './read.contract.ts';
import type { OpenEventStore } from './store-under-test.ts';
import { subscribeContract } from './subscribe.contract.ts';

/**
 * What every EventStore must do, in the words of the port. Each adapter's spec calls this once and adds only
 * what is its own. The log may hold other events: a shared server is as good as an empty file.
 */
export function eventStoreContract(name: string, open: OpenEventStore): void {
  describe(`${name} keeps the contract of an event store`, () => {
    appendContract(open);
    appendManyContract(open);
    readContract(open);
    subscribeContract(open);
  });
}
