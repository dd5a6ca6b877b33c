import { insideOf, once, wrap } from './mend.ts';

/** What a send brings to a partition. */
interface PartitionData {
  readonly partition: number;
  readonly messages: readonly object[];
}

interface TopicData {
  readonly topic: string;
  readonly partitions: readonly PartitionData[];
}

export interface ProduceRequest {
  readonly topicData: readonly TopicData[];
  readonly acks: number;
  readonly timeout: number;
  readonly compression?: number;
  readonly transactionalId?: string;
}

export interface ProduceAnswer {
  readonly topics: readonly {
    readonly topicName: string;
    readonly partitions: readonly { readonly partition: number }[];
  }[];
}

interface Protocol {
  readonly request: object;
  readonly response: { readonly parse: (answer: ProduceAnswer) => Promise<ProduceAnswer> };
}

/** The part of kafkajs' Broker that is mended or used. */
export interface ProducingBroker {
  readonly lookupRequest: (apiKey: number, definition: object) => (request: ProduceRequest) => Protocol;
  produce(request: ProduceRequest): Promise<ProduceAnswer>;
}

type Ask = (this: ProducingBroker, protocol: Protocol) => Promise<ProduceAnswer>;

/** Description of the symbol under which a broker has its method that sends a request. */
const ASK = 'private:Broker:sendRequest';
const PRODUCE = 0;
const NO_ANSWER = 0;
/** A send of so many records is worth a request of its own. */
const RECORDS_ALONE_MIN = 100;
const RECORDS_MAX = 1_000;
const PARTITIONS_MAX = 64;

/** A send of a few records to one partition. */
interface SmallSend {
  readonly request: ProduceRequest;
  readonly topic: string;
  readonly data: PartitionData;
  readonly resolve: (answer: ProduceAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A request costs broker and client as much as some thirty records, and kafkajs 2.2.4 makes one for each send: 300
 * changes a second, each told to three partitions, kept both cores of a machine busy. Here small sends that begin in the
 * same turn of the event loop share one request to a broker. To the client each is still a send to one partition, with
 * the answer or error of that partition: so it does not lose what it loses of a send to several (see `sendTo`).
 */
export const mendProduce = once(() => {
  const { prototype } = insideOf<{ readonly prototype: ProducingBroker }>('broker');
  const produceTogether = togetherThrough(askOf(prototype));
  const thisTurn = new WeakMap<ProducingBroker, SmallSend[]>();
  wrap(prototype, 'produce', function (produceAlone, request) {
    const part = smallPartOf(request);
    if (part === undefined) return produceAlone.call(this, request);
    return new Promise((resolve, reject) => {
      const send = { request, ...part, resolve, reject };
      const begun = thisTurn.get(this);
      if (begun !== undefined) return void begun.push(send);
      const sends = [send];
      thisTurn.set(this, sends);
      setImmediate(() => {
        thisTurn.delete(this);
        for (const together of divided(sends)) void produceTogether(this, together);
      });
    });
  });
});

function askOf(broker: ProducingBroker): Ask {
  const name = Object.getOwnPropertySymbols(broker).find(({ description }) => description === ASK)!;
  return (broker as unknown as Readonly<Record<symbol, Ask>>)[name]!;
}

/** Undefined if the request is not of a few records for one partition. */
function smallPartOf({
  topicData,
  acks,
  transactionalId,
}: ProduceRequest): Pick<SmallSend, 'topic' | 'data'> | undefined {
  if (acks === NO_ANSWER || transactionalId !== undefined) return undefined;
  const [part, ...others] = topicData.flatMap(({ topic, partitions }) =>
    partitions.map((data) => ({ topic, data })),
  );
  const isSmall = others.length === 0 && (part?.data.messages.length ?? 0) < RECORDS_ALONE_MIN;
  return isSmall ? part : undefined;
}

/** Into as few requests as possible, in their order, each partition at most once in a request. */
function divided(sends: readonly SmallSend[]): readonly (readonly SmallSend[])[] {
  const requests: SmallSend[][] = [];
  for (const send of sends) {
    const request = requests.find((each) => hasRoom(each, send));
    if (request === undefined) requests.push([send]);
    else request.push(send);
  }
  return requests;
}

function hasRoom(together: readonly SmallSend[], { request, topic, data }: SmallSend): boolean {
  const [first] = together as readonly [SmallSend];
  const records = together.reduce((sum, each) => sum + each.data.messages.length, data.messages.length);
  return (
    together.length < PARTITIONS_MAX &&
    records <= RECORDS_MAX &&
    first.request.acks === request.acks &&
    first.request.timeout === request.timeout &&
    first.request.compression === request.compression &&
    !together.some((each) => each.topic === topic && each.data.partition === data.partition)
  );
}

function togetherThrough(ask: Ask): (broker: ProducingBroker, sends: readonly SmallSend[]) => Promise<void> {
  const { requests } = insideOf<{ readonly requests: { readonly Produce: object } }>('protocol/requests');
  return async (broker, sends) => {
    try {
      const topicData = [...Map.groupBy(sends, ({ topic }) => topic)].map(([topic, of]) => ({
        topic,
        partitions: of.map(({ data }) => data),
      }));
      const { request, response } = broker.lookupRequest(
        PRODUCE,
        requests.Produce,
      )({
        ...sends[0]!.request,
        topicData,
      });
      // `parse` throws on the first partition with an error: each send's part of the answer is parsed by itself.
      const unseen = { ...response, parse: (answer: ProduceAnswer) => Promise.resolve(answer) };
      const answer = await ask.call(broker, { request, response: unseen });
      for (const send of sends) response.parse(partFor(send, answer)).then(send.resolve, send.reject);
    } catch (error) {
      for (const { reject } of sends) reject(error);
    }
  };
}

const partFor = ({ topic, data }: SmallSend, answer: ProduceAnswer): ProduceAnswer => ({
  ...answer,
  topics: answer.topics
    .filter(({ topicName }) => topicName === topic)
    .map(({ topicName, partitions }) => ({
      topicName,
      partitions: partitions.filter(({ partition }) => partition === data.partition),
    })),
});
