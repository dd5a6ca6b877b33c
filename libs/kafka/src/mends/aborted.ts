import { insideOf, once, wrap } from './mend.ts';

/** A record as kafkajs decodes it: only the fields that are used here. */
export interface FetchedRecord {
  readonly offset: string;
  readonly key: Buffer | null;
  /** The consumer skips these: it hands none of them out. */
  isControlRecord: boolean;
  /** Absent on records in the format before Kafka 0.11, which has no transactions. */
  readonly batchContext?: { readonly producerId: string; readonly inTransaction: boolean };
}

interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

/** One partition in the answer to a fetch. */
export interface FetchedPartition {
  abortedTransactions?: readonly AbortedTransaction[] | null;
  readonly messages: readonly FetchedRecord[];
}

interface Broker {
  fetch(request: object): Promise<{
    readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[];
  }>;
}

/** Where a control record's key says its kind: after two bytes of version. */
const KIND_AT = 2;
const ABORT = 0;

/**
 * kafkajs 2.2.4 hands out records of aborted transactions. It expects the broker's list of them sorted by first offset,
 * though brokers sort it by last; it enters at most one transaction per record; and it takes any record whose key is four
 * zero bytes for the end of one. Here such records are marked as control records before kafkajs looks: it skips those.
 */
export const mendAborted = once(() => {
  const { prototype } = insideOf<{ readonly prototype: Broker }>('broker');
  wrap(prototype, 'fetch', async function (fetchOnce, request) {
    const answer = await fetchOnce.call(this, request);
    for (const { partitions } of answer.responses) partitions.forEach(markAborted);
    return answer;
  });
});

function markAborted(partition: FetchedPartition): void {
  const { abortedTransactions, messages } = partition;
  if (!abortedTransactions || abortedTransactions.length === 0) return;
  const coming = [...abortedTransactions].sort((a, b) => Number(a.firstOffset) - Number(b.firstOffset));
  const aborting = new Set<string>();
  let entered = 0;
  for (const record of messages) {
    for (; beginsUpTo(coming[entered], record); entered++) aborting.add(coming[entered]!.producerId);
    const { producerId = '', inTransaction = false } = record.batchContext ?? {};
    if (isAbort(record)) aborting.delete(producerId);
    else if (inTransaction && aborting.has(producerId)) record.isControlRecord = true;
  }
  partition.abortedTransactions = []; // So that the client itself filters nothing.
}

const beginsUpTo = (transaction: AbortedTransaction | undefined, { offset }: FetchedRecord): boolean =>
  transaction !== undefined && Number(transaction.firstOffset) <= Number(offset);

const isAbort = ({ isControlRecord, key }: FetchedRecord): boolean =>
  isControlRecord && key?.readInt16BE(KIND_AT) === ABORT;
