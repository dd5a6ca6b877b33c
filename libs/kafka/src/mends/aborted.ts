import { insideOf, once, wrap } from './mend.ts';

/** What kafkajs makes of one record. Only what is looked at. */
export interface FetchedRecord {
  readonly offset: string;
  readonly key: Buffer | null;
  /** The consumer hands none of these out, and goes on behind them. */
  isControlRecord: boolean;
  /** Absent of a record in the format of before Kafka 0.11: it knows no transactions. */
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

/** Of the key of a control record, behind two bytes that say its version. */
const KIND_AT = 2;
const ABORT = 0;

/**
 * kafkajs 2.2.4 lets records of aborted transactions through: it takes the list of them to be in order of their
 * beginnings, though brokers list them by their ends, enters one transaction a record at most, and takes any record
 * whose key is four zero bytes for the end of one. Here they are marked before it looks, as what it never hands out.
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
  partition.abortedTransactions = []; // Nothing is left for the client to look for.
}

const beginsUpTo = (transaction: AbortedTransaction | undefined, { offset }: FetchedRecord): boolean =>
  transaction !== undefined && Number(transaction.firstOffset) <= Number(offset);

const isAbort = ({ isControlRecord, key }: FetchedRecord): boolean =>
  isControlRecord && key?.readInt16BE(KIND_AT) === ABORT;
