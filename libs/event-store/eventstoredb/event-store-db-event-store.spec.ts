import { jest } from '@jest/globals';
import { EventStoreDbDouble } from '../../../test/servers/eventstoredb/index.ts';
import { eventStoreContract, type StoreUnderTest } from '../testing/index.ts';
import { EventStoreDbEventStore } from './index.ts';

jest.setTimeout(30_000);
const REAL_SERVER = process.env['EVENTSTORE_TEST_URL'];

const openAt = async (url: string, end: () => void): Promise<StoreUnderTest> => {
  const store = await EventStoreDbEventStore.open({ url });
  return {
    store,
    reopen: async () => {
      await store.close();
      return openAt(url, end);
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

  // Left out where no real server is named: EVENTSTORE_TEST_URL=esdb://127.0.0.1:2113?tls=false npm test
  (REAL_SERVER === undefined ? describe.skip : describe)('a real server (EVENTSTORE_TEST_URL)', () => {
    eventStoreContract('on a real server', () => openAt(REAL_SERVER ?? '', () => {}));
  });
});
