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

/** By what kafkajs reaches a broker. Only what is mended or asked. */
export interface ProducingBroker {
  readonly lookupRequest: (apiKey: number, definition: object) => (request: ProduceRequest) => Protocol;
  produce(request: ProduceRequest): Promise<ProduceAnswer>;
}

type Ask = (this: ProducingBroker, protocol: Protocol) => Promise<ProduceAnswer>;

/** The symbol under which a broker keeps how it is asked. */
const ASK = 'private:Broker:sendRequest';
const PRODUCE = 0;
const NO_ANSWER = 0;
/** So many are worth a request of their own. */
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
 * changes a second, each of them told to three partitions, kept both cores of a machine busy. Here small sends that begin
 * in one turn go to a broker in one request. Each is of one partition still, and gets its own partition's answer or
 * error: what the client loses of a send to several (see `sendTo`) cannot be lost.
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

/** Undefined where it is not of a few records for one partition. */
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

/** In as few requests as it goes, each partition once in each, in their order. */
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
      // An error of one partition is nobody else's: each part of the answer is looked at by itself.
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
