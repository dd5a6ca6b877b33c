import { EventStoreDbDouble } from '../../../test/servers/eventstoredb/index.ts';
import { describeWith } from '../../../test/fixtures/needs.ts';
import { eventStoreContract, type StoreUnderTest } from '../testing/index.ts';
import { EventStoreDbEventStore } from './index.ts';

/** Longer than any machine takes. */
const PATIENT_MS = 600_000;
const url = process.env['EVENTSTORE_TEST_URL'];
const REAL_SERVER = {
  isThere: url !== undefined,
  what: 'a real EventStoreDB or KurrentDB: EVENTSTORE_TEST_URL=esdb://127.0.0.1:2113?tls=false npm test',
};

const openAt = async (address: string, end: () => void): Promise<StoreUnderTest> => {
  const store = await EventStoreDbEventStore.open({
    ...{ url: address, appendDeadlineMs: PATIENT_MS, readDeadlineMs: PATIENT_MS },
  });
  return {
    store,
    reopen: async () => {
      await store.close();
      return openAt(address, end);
    },
    dispose: async () => {
      await store.close();
      end();
    },
  };
};

describe('EventStoreDbEventStore', () => {
  eventStoreContract('on the double', async () => {
    const double = await EventStoreDbDouble.start();
    return openAt(double.url, () => double.stop());
  });

  describeWith(REAL_SERVER)('a real server', () => {
    eventStoreContract('on a real server', () => openAt(url ?? '', () => {}));
  });
});
