import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import codes from '@eventstore/db-client/generated/code_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import statuses from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import type { ScriptedError } from './faults.ts';
import type { ExpectedRevision, StoredEvent, Written } from './stored-log.ts';

const TICKS_PER_MS = 10_000n;

function readEvent(event: StoredEvent): streams.ReadResp {
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent();
  recorded.setId(uuid(event.id));
  recorded.setStreamIdentifier(identifier(event.stream));
  recorded.setStreamRevision(String(event.revision));
  recorded.setCommitPosition(String(event.position));
  recorded.setPreparePosition(String(event.position));
  recorded
    .getMetadataMap()
    .set('type', event.type)
    .set('content-type', event.contentType)
    .set('created', String(BigInt(event.createdMs) * TICKS_PER_MS));
  recorded.setCustomMetadata(event.metadata);
  recorded.setData(event.data);
  const read = new streams.ReadResp.ReadEvent();
  read.setEvent(recorded);
  read.setCommitPosition(String(event.position));
  return new streams.ReadResp().setEvent(read);
}

const packed = new WeakMap<StoredEvent, Buffer>();

/** The event as it goes over the wire: packed once, for however many read it. */
export function packedEvent(event: StoredEvent): Buffer {
  let bytes = packed.get(event);
  if (bytes === undefined) packed.set(event, (bytes = packReading(readEvent(event))));
  return bytes;
}

export const packReading = (message: streams.ReadResp | Buffer): Buffer =>
  Buffer.isBuffer(message) ? message : Buffer.from(message.serializeBinary());

export function checkpoint(position: number): streams.ReadResp {
  const at = new streams.ReadResp.Checkpoint();
  at.setCommitPosition(String(position)).setPreparePosition(String(position));
  return new streams.ReadResp().setCheckpoint(at);
}

/** Said by servers since 23.10 where a subscription has come to the end of the log. */
export const caughtUp = (): streams.ReadResp =>
  new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp());

export function confirmation(id: string): streams.ReadResp {
  const confirmed = new streams.ReadResp.SubscriptionConfirmation();
  return new streams.ReadResp().setConfirmation(confirmed.setSubscriptionId(id));
}

export function streamNotFound(stream: string): streams.ReadResp {
  const missing = new streams.ReadResp.StreamNotFound();
  return new streams.ReadResp().setStreamNotFound(missing.setStreamIdentifier(identifier(stream)));
}

/** The answer to an append that came on a stream of its own. */
export function appendAnswer(written: Exclude<Written, { kind: 'deleted' }>, expected: ExpectedRevision) {
  const answer = new streams.AppendResp();
  if (written.kind === 'written') {
    const position = new streams.AppendResp.Position();
    position.setCommitPosition(String(written.position)).setPreparePosition(String(written.position));
    const success = new streams.AppendResp.Success().setPosition(position);
    return answer.setSuccess(success.setCurrentRevision(String(written.revision)));
  }
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (written.current < 0) wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentRevision(String(written.current));
  if (expected === 'any') wrong.setExpectedAny(new shared.Empty());
  else if (expected === 'stream exists') wrong.setExpectedStreamExists(new shared.Empty());
  else if (expected < 0) wrong.setExpectedNoStream(new shared.Empty());
  else wrong.setExpectedRevision(String(expected));
  return answer.setWrongExpectedVersion(wrong);
}

/** Why an append on the shared stream was refused, in words that only that stream has. */
type Refusal =
  | 'timeout'
  | 'not ready'
  | 'access denied'
  | { readonly maxAppendBytes: number }
  | { readonly tooLargeEvent: string };

/** The answer to one append of many on one stream. */
export function batchAnswer(
  correlation: shared.UUID,
  stream: string,
  result: Written | Refusal,
): streams.BatchAppendResp {
  const answer = new streams.BatchAppendResp();
  answer.setCorrelationId(correlation).setStreamIdentifier(identifier(stream));
  if (typeof result === 'string' || !('kind' in result)) return answer.setError(refusalStatus(result));
  if (result.kind === 'deleted') {
    const deleted = new shared.StreamDeleted().setStreamIdentifier(identifier(stream));
    return answer.setError(rpcStatus(codes.Code.NOT_FOUND, 'StreamDeleted', deleted));
  }
  if (result.kind === 'wrong revision') {
    const wrong = new shared.WrongExpectedVersion();
    if (result.current < 0) wrong.setCurrentNoStream(new empty.Empty());
    else wrong.setCurrentStreamRevision(String(result.current));
    return answer.setError(rpcStatus(codes.Code.ALREADY_EXISTS, 'WrongExpectedVersion', wrong));
  }
  const position = new shared.AllStreamPosition();
  position.setCommitPosition(String(result.position)).setPreparePosition(String(result.position));
  const success = new streams.BatchAppendResp.Success().setPosition(position);
  return answer.setSuccess(success.setCurrentRevision(String(result.revision)));
}

function refusalStatus(refusal: Refusal): statuses.Status {
  const { Code } = codes;
  if (refusal === 'timeout') return rpcStatus(Code.DEADLINE_EXCEEDED, 'Timeout', new shared.Timeout());
  // No code at all, and nothing inside.
  if (refusal === 'not ready') {
    return statusOf(Code.OK, 'Server Is Not Ready', 'google.protobuf.Empty', new empty.Empty());
  }
  if (refusal === 'access denied') {
    return rpcStatus(Code.PERMISSION_DENIED, 'AccessDenied', new shared.AccessDenied());
  }
  if ('tooLargeEvent' in refusal) {
    // The client has no message of that kind: its first field is the id of the event.
    const bytes = new shared.UUID().setString(refusal.tooLargeEvent);
    return rpcStatus(Code.INVALID_ARGUMENT, 'MaximumAppendEventSizeExceeded', bytes);
  }
  const tooLarge = new shared.MaximumAppendSizeExceeded().setMaxappendsize(refusal.maxAppendBytes);
  return rpcStatus(Code.INVALID_ARGUMENT, 'MaximumAppendSizeExceeded', tooLarge);
}

/** A failed call, with what the client looks for in its trailers. */
export function failure({ code, details, exception, metadata = {} }: ScriptedError): ServiceError {
  const trailers = new Metadata();
  if (exception !== undefined) trailers.set('exception', exception);
  for (const [name, value] of Object.entries(metadata)) trailers.set(name, value);
  return Object.assign(new Error(details), { code, details, metadata: trailers });
}

export const accessDenied: ScriptedError = {
  code: status.PERMISSION_DENIED,
  details: 'Access Denied',
  exception: 'access-denied',
};

export const streamDeleted = (stream: string): ScriptedError => ({
  code: status.FAILED_PRECONDITION,
  details: `Event stream '${stream}' is deleted.`,
  exception: 'stream-deleted',
  metadata: { 'stream-name': encodeURIComponent(stream) },
});

export const nameOf = (stream: shared.StreamIdentifier | undefined): string =>
  Buffer.from(stream!.getStreamName_asU8()).toString('utf8');

const uuid = (id: string): shared.UUID => new shared.UUID().setString(id);

const identifier = (stream: string): shared.StreamIdentifier =>
  new shared.StreamIdentifier().setStreamName(Buffer.from(stream).toString('base64'));

type Details = { serializeBinary(): Uint8Array };

const rpcStatus = (code: number, name: string, details: Details): statuses.Status =>
  statusOf(code, name, `event_store.client.${name}`, details);

function statusOf(code: number, message: string, type: string, details: Details): statuses.Status {
  const packed = new any.Any();
  packed.pack(details.serializeBinary(), type);
  return new statuses.Status().setCode(code).setMessage(message).setDetails(packed);
}
