export { appendManySurely, appendSurely, type SureOutcome } from './append-surely.ts';
export { assertAppend, assertBytes, dataText } from './assert-append.ts';
export { assertLimit } from './assert-limit.ts';
export { eventIdText, newEventId } from './event-id.ts';
export {
  AppendTooLarge,
  DataDirectoryLocked,
  DataDirectoryUnusable,
  PositionUnknown,
  StoreFull,
  StoreUnavailable,
  TargetDiffers,
} from './event-store.faults.ts';
export {
  type Append,
  APPEND_BYTES_MAX,
  APPEND_EVENTS_MAX,
  type AppendOutcome,
  categoryOf,
  EventStore,
  isOfAny,
  isOfCategory,
  type LogPage,
  type LogQuery,
  type NewEvent,
  NO_STREAM,
  READ_EVENTS_MAX,
  type RecordedEvent,
} from './event-store.port.ts';
export { LogTarget } from './log-target.port.ts';
export { pagesOf } from './pages-of.ts';
export { PositionWaiters } from './position-waiters.ts';
