import {
  AccessDeniedError,
  DeadlineExceededError,
  MaxAppendSizeExceededError,
  NotLeaderError,
  StreamDeletedError,
  UnknownError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { type AppendOutcome, AppendTooLarge, NO_STREAM, StoreUnavailable } from '../src/index.ts';
import { StreamDamaged } from './event-store-db.faults.ts';

type NotWritten = Exclude<AppendOutcome, { outcome: 'written' }>;

/** The error of servers since 24.10 for an event above MaxAppendEventSize: the client has no class for it. */
const EVENT_TOO_LARGE = /Maximum ?Append ?Event ?Size/;

/** What an append's rejection means. */
interface Verdict {
  readonly outcome: NotWritten;
  /** True if the client that it was sent by must be dropped. */
  readonly isClientLost: boolean;
}

/**
 * Judges why an append was rejected. Only an answer to this very append says that it was not written. On a shared stream an
 * error of the whole stream looks alike, but contains gRPC's own error. Throws AppendTooLarge, StreamDamaged, and
 * StoreUnavailable if we may not write.
 */
export function judgeAppend(stream: string, error: unknown, isStreamShared: boolean): Verdict {
  // An error that the client made from an answer contains no error of gRPC; a plain error of gRPC is no answer.
  const cameFromGrpc = Boolean((error as { _raw?: unknown })._raw);
  // The client by itself turns to the leader that it was told; a new client would ask the same node again.
  if (error instanceof NotLeaderError) return unknown(error, false);
  if (isStreamShared && cameFromGrpc) return unknown(error, true);
  if (error instanceof WrongExpectedVersionError) {
    const { actualVersion } = error;
    const actualRevision = actualVersion === 'no_stream' ? NO_STREAM : Number(actualVersion);
    return { outcome: { outcome: 'conflict', actualRevision }, isClientLost: false };
  }
  if (error instanceof MaxAppendSizeExceededError) {
    throw new AppendTooLarge(
      `${stream}: the event store accepts at most ${error.maxAppendSize} bytes in one append.`,
    );
  }
  if (error instanceof UnknownError && EVENT_TOO_LARGE.test(error.message)) {
    throw new AppendTooLarge(`${stream}: the event is larger than the event store accepts.`, {
      cause: error,
    });
  }
  if (error instanceof StreamDeletedError) {
    throw new StreamDamaged(stream, 'the stream was deleted permanently', { cause: error });
  }
  if (error instanceof AccessDeniedError) {
    throw new StoreUnavailable(
      `${stream}: the event store refuses to write. Check the rights of the user in EVENT_STORE.`,
      { cause: error },
    );
  }
  return unknown(error, !(error instanceof DeadlineExceededError));
}

const unknown = (cause: unknown, isClientLost: boolean): Verdict => ({
  outcome: { outcome: 'unknown', cause },
  isClientLost,
});
