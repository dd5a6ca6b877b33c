import {
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  status,
} from '@grpc/grpc-js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { AppendFault, Faults, ScriptedError } from './faults.ts';
import { accessDenied, appendAnswer, batchAnswer, failure, nameOf, streamDeleted } from './messages.ts';
import {
  type ExpectedRevision,
  NO_STREAM,
  type ProposedEvent,
  type StoredLog,
  type Written,
} from './stored-log.ts';

type AppendCall = ServerReadableStream<streams.AppendReq, streams.AppendResp>;
type BatchCall = ServerDuplexStream<streams.BatchAppendReq, streams.BatchAppendResp>;

interface Batch {
  readonly options: streams.BatchAppendReq.Options;
  readonly events: ProposedEvent[];
}

/** How one append can come to its end. */
interface Answers {
  readonly reply: () => void;
  readonly refuse: (refusal: keyof typeof TROUBLE) => void;
  /** With the call or stream that it came on. */
  readonly end: (error?: Error) => void;
}

/** Append on a call of its own, BatchAppend on one stream for many, Delete and Tombstone. */
export class Appends {
  readonly #log: StoredLog;
  readonly #faults: Faults;
  /** How many appends came: batched, and each on a call of its own. */
  readonly counts = { batched: 0, single: 0 };

  constructor(log: StoredLog, faults: Faults) {
    this.#log = log;
    this.#faults = faults;
  }

  readonly append = (call: AppendCall, answer: sendUnaryData<streams.AppendResp>): void => {
    let options: streams.AppendReq.Options | undefined;
    const events: ProposedEvent[] = [];
    call.on('error', () => {});
    call.on('data', (message: streams.AppendReq) => {
      if (message.hasOptions()) options = message.getOptions();
      else events.push(toEvent(message.getProposedMessage()!));
    });
    call.on('end', () => {
      this.counts.single++;
      this.#appendOne(options!, events, answer);
    });
  };

  readonly batchAppend = (call: BatchCall): void => {
    const batches = new Map<string, Batch>();
    call.on('error', () => {});
    call.on('end', () => call.end());
    call.on('data', (message: streams.BatchAppendReq) => {
      const correlation = message.getCorrelationId()!;
      const key = correlation.serializeBinary().toString();
      const batch = batches.get(key) ?? { options: message.getOptions()!, events: [] };
      batches.set(key, batch);
      batch.events.push(...message.getProposedMessagesList().map(toEvent));
      if (!message.getIsFinal()) return;
      batches.delete(key);
      this.counts.batched++;
      this.#appendBatched(call, correlation, batch);
    });
  };

  readonly delete = (
    call: ServerUnaryCall<streams.DeleteReq, streams.DeleteResp>,
    answer: sendUnaryData<streams.DeleteResp>,
  ): void => {
    if (call.request.getOptions()!.hasStreamExists()) {
      return answer(failure({ code: status.UNKNOWN, details: 'Unexpected expected revision' }));
    }
    this.#log.delete(nameOf(call.request.getOptions()!.getStreamIdentifier()), 'deleted');
    answer(null, new streams.DeleteResp());
  };

  readonly tombstone = (
    call: ServerUnaryCall<streams.TombstoneReq, streams.TombstoneResp>,
    answer: sendUnaryData<streams.TombstoneResp>,
  ): void => {
    this.#log.delete(nameOf(call.request.getOptions()!.getStreamIdentifier()), 'tombstoned');
    answer(null, new streams.TombstoneResp());
  };

  #appendOne(
    options: streams.AppendReq.Options,
    events: readonly ProposedEvent[],
    answer: sendUnaryData<streams.AppendResp>,
  ): void {
    const stream = nameOf(options.getStreamIdentifier());
    const expected = expectedBy(options);
    const fault = this.#faults.appends.shift();
    if (fault === 'access denied') return answer(failure(accessDenied));
    const tooLargeEvent = this.#tooLargeEvent(events);
    if (tooLargeEvent !== undefined) return answer(failure(eventTooLarge(tooLargeEvent)));
    if (isTooLarge(events, this.#faults.maxAppendBytes)) return answer(this.#tooLarge());
    const written = this.#write(fault, stream, expected, events);
    const reply = (): void => {
      if (written === undefined) return;
      if (written.kind === 'deleted') answer(failure(streamDeleted(stream)));
      else answer(null, appendAnswer(written, expected));
    };
    const end = (error?: Error): void => answer(error ?? failure({ code: status.OK, details: '' }));
    this.#answer(fault, written, { reply, refuse: (refusal) => end(failure(TROUBLE[refusal])), end });
  }

  #appendBatched(call: BatchCall, correlation: Correlation, { options, events }: Batch): void {
    const stream = nameOf(options.getStreamIdentifier());
    const fault = this.#faults.appends.shift();
    const reply = (result: Parameters<typeof batchAnswer>[2]): void => {
      if (!call.destroyed) call.write(batchAnswer(correlation, stream, result));
    };
    if (fault === 'access denied') return reply(fault);
    const { maxAppendBytes, clockOffsetMs } = this.#faults;
    if (options.getDeadline()!.toDate().getTime() <= Date.now() + clockOffsetMs) return reply('timeout');
    const tooLargeEvent = this.#tooLargeEvent(events);
    if (tooLargeEvent !== undefined) return reply({ tooLargeEvent });
    if (isTooLarge(events, maxAppendBytes)) return reply({ maxAppendBytes });
    const written = this.#write(fault, stream, expectedBy(options), events);
    this.#answer(fault, written, {
      reply: () => written && reply(written),
      refuse: reply,
      end: (error) => (error === undefined ? call.end() : call.emit('error', error)),
    });
  }

  /** Undefined where nothing is written, or nothing more will be said of it. */
  #write(
    fault: AppendFault | undefined,
    stream: string,
    expected: ExpectedRevision,
    events: readonly ProposedEvent[],
  ): Written | undefined {
    if (!isWritten(fault)) return undefined;
    const before = this.#log.events.length;
    const written = this.#log.append(stream, expected, events, Date.now() + this.#faults.clockOffsetMs);
    const isNew = this.#log.events.length > before;
    const indexMs = typeof fault === 'object' ? fault.lateMs : this.#faults.indexMs;
    if (isNew && indexMs > 0) setTimeout(this.#log.hold(before), indexMs);
    // A repeat of what is not indexed yet is dropped without a word.
    const isDropped = written.kind === 'written' && !isNew && !this.#log.isIndexed(written.position);
    return isDropped ? undefined : written;
  }

  #answer(
    fault: AppendFault | undefined,
    written: Written | undefined,
    { reply, refuse, end }: Answers,
  ): void {
    if (fault === undefined || typeof fault === 'object') this.#onceIndexed(written, reply);
    else if (fault === 'not ready') refuse(fault);
    else if (fault.endsWith('timed out')) refuse('timeout');
    else if (fault.endsWith('stream ends')) end();
    else if (fault.endsWith('stream breaks')) end(failure({ code: status.UNKNOWN, details: 'broken' }));
    else if (fault === 'not leader') end(this.#notLeader());
  }

  /** That something was written is answered when it can be read; that it was not, at once. */
  #onceIndexed(written: Written | undefined, reply: () => void): void {
    if (written?.kind !== 'written' || this.#log.isIndexed(written.position)) return reply();
    const stopListening = this.#log.listen(() => {
      if (!this.#log.isIndexed(written.position)) return;
      stopListening();
      reply();
    });
  }

  #tooLargeEvent(events: readonly ProposedEvent[]): string | undefined {
    return events.find((event) => sizeOf(event) > this.#faults.maxEventBytes)?.id;
  }

  #notLeader(): Error {
    const { host, port } = this.#faults.leader;
    const metadata = { 'leader-endpoint-host': host, 'leader-endpoint-port': String(port) };
    return failure({
      code: status.NOT_FOUND,
      details: 'Leader info available',
      exception: 'not-leader',
      metadata,
    });
  }

  #tooLarge(): Error {
    return failure({
      code: status.INVALID_ARGUMENT,
      details: `Maximum Append Size of ${this.#faults.maxAppendBytes} Exceeded.`,
      exception: 'maximum-append-size-exceeded',
      metadata: { 'maximum-append-size': String(this.#faults.maxAppendBytes) },
    });
  }
}

type Correlation = NonNullable<ReturnType<streams.BatchAppendReq['getCorrelationId']>>;

const isWritten = (fault: AppendFault | undefined): boolean =>
  fault === undefined || typeof fault === 'object' || fault.startsWith('written');

/** What the server says in each case where an append has a call of its own. */
const TROUBLE = {
  timeout: { code: status.ABORTED, details: 'Operation timed out: Commit phase timeout.' },
  'not ready': { code: status.UNAVAILABLE, details: 'Server Is Not Ready' },
} as const;

const eventTooLarge = (id: string): ScriptedError => ({
  code: status.INVALID_ARGUMENT,
  details: `Event with Id: ${id}, Size: 9, exceeds Maximum Append Event Size of 8.`,
  exception: 'maximum-append-event-size-exceeded',
  metadata: { 'event-id': id },
});

const sizeOf = ({ type, data, metadata }: ProposedEvent): number =>
  2 * type.length + data.length + metadata.length;

const isTooLarge = (events: readonly ProposedEvent[], bytesMax: number): boolean =>
  events.reduce((sum, event) => sum + sizeOf(event), 0) > bytesMax;

function expectedBy(options: streams.AppendReq.Options | streams.BatchAppendReq.Options): ExpectedRevision {
  if (options.hasAny()) return 'any';
  if (options.hasStreamExists()) return 'stream exists';
  if (options.hasNoStream()) return NO_STREAM;
  return Number('getRevision' in options ? options.getRevision() : options.getStreamPosition());
}

function toEvent(
  message: streams.AppendReq.ProposedMessage | streams.BatchAppendReq.ProposedMessage,
): ProposedEvent {
  const metadata = message.getMetadataMap();
  return {
    id: message.getId()!.getString(),
    type: metadata.get('type') ?? '',
    contentType: metadata.get('content-type') ?? '',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}
