import { StoreUnavailable } from '#event-store';
import type { MessageDoor } from '#intake/kafka';
import { until } from '../fixtures/waiting.ts';
import { type KafkaCluster, startKafka } from '../servers/kafka/index.ts';
import { type IntakeScene, openIntakeScene } from './intake-scene.ts';

describe('messages from Kafka 4.1.1, in rare cases', () => {
  let kafka: KafkaCluster;
  let scene: IntakeScene;

  beforeAll(async () => {
    kafka = await startKafka({ version: '4.1.1' });
  });
  afterEach(() => scene?.end());
  afterAll(() => kafka?.stop());

  it('are gone on with where a partition waits, goes to another and comes back', async () => {
    scene = await openIntakeScene(kafka, 2);
    const { start, sell, received } = scene;
    const outage = { isOn: true };
    const first = start({ door: (journal) => withOutage(journal, outage) });
    await first.ready();
    await sell('a', 100);
    await until(() => first.intake.status().waiting.length === 2, 'both wait');
    const second = start();
    await until(() => second.intake.status().partitions === 1, 'each has one');
    await until(() => first.intake.status().partitions === 1, 'each has one');
    expect(await received(50)).toMatchObject({ accepted: 50 });
    await second.stop();
    await until(() => first.intake.status().partitions === 2, 'it has both again');
    outage.isOn = false;
    await sell('b', 100);
    expect(await received(200)).toMatchObject({ accepted: 200 });
  });
});

const withOutage = (journal: MessageDoor, outage: { readonly isOn: boolean }): MessageDoor => ({
  accept: (arrivals, by) =>
    outage.isOn ? Promise.reject(new StoreUnavailable('a fault of the test')) : journal.accept(arrivals, by),
});
