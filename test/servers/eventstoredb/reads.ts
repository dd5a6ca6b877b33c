import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { type ServerWritableStream, status } from '@grpc/grpc-js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { Faults, ReadFault } from './faults.ts';
import {
  accessDenied,
  caughtUp,
  checkpoint,
  confirmation,
  failure,
  nameOf,
  packedEvent,
  streamDeleted,
  streamNotFound,
} from './messages.ts';
import type { StoredEvent, StoredLog } from './stored-log.ts';

type ReadCall = ServerWritableStream<streams.ReadReq, streams.ReadResp | Buffer>;
type Options = streams.ReadReq.Options;

/** A checkpoint is sent after so many events that a filter left out, times the interval asked for. */
const CHECKPOINT_EVENTS = 32;

/** A subscription that catches up lets others have their turn. */
const EVENTS_A_TURN = 64;

/** Read: pages of streams and of the log, and subscriptions to them. */
export class Reads {
  readonly #log: StoredLog;
  readonly #faults: Faults;
  readonly #subscribers = new Set<ReadCall>();
  /** Pages that were asked for. */
  calls = 0;

  constructor(log: StoredLog, faults: Faults) {
    this.#log = log;
    this.#faults = faults;
  }

  /** Ends every subscription, cleanly or with that status. */
  endSubscriptions(how: 'cleanly' | 'dropped as slow' | 'unavailable'): void {
    for (const call of this.#subscribers) {
      if (how === 'cleanly') call.end();
      else if (how === 'unavailable')
        call.emit('error', failure({ code: status.UNAVAILABLE, details: 'gone' }));
      else call.emit('error', failure(TOO_SLOW));
    }
    this.#subscribers.clear();
  }

  /** The method of the service. */
  readonly read = (call: ReadCall): void => {
    call.on('error', () => {});
    const options = call.request.getOptions()!;
    const isSubscription = options.hasSubscription();
    if (!isSubscription) this.calls++;
    const fault = (isSubscription ? this.#faults.subscriptions : this.#faults.reads).shift();
    if (fault === 'checkpoint ahead') call.write(checkpoint(this.#log.events.at(-1)?.position ?? 0));
    if (fault !== undefined) return fail(call, fault);
    void (isSubscription ? this.#subscribe(call, options) : this.#page(call, options));
  };

  async #page(call: ReadCall, options: Options): Promise<void> {
    const count = Number(options.getCount());
    if (count <= 0)
      return void call.emit('error', failure({ code: status.INVALID_ARGUMENT, details: 'count' }));
    const isBackwards = options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS;
    const found = options.hasStream()
      ? this.#ofStream(call, options, isBackwards)
      : this.#ofLog(call, options, isBackwards);
    if (found === undefined) return;
    for (const event of found.slice(0, count)) await send(call, packedEvent(event));
    call.end();
  }

  #ofStream(call: ReadCall, options: Options, isBackwards: boolean): readonly StoredEvent[] | undefined {
    const asked = options.getStream()!;
    const stream = nameOf(asked.getStreamIdentifier());
    const events = this.#log.read(stream);
    if (events === 'deleted') return void call.emit('error', failure(streamDeleted(stream)));
    if (events === 'not found') {
      call.write(streamNotFound(stream));
      return void call.end();
    }
    const from = asked.hasRevision() ? Number(asked.getRevision()) : undefined;
    if (!isBackwards) return events.filter(({ revision }) => revision >= (from ?? 0));
    return events.filter(({ revision }) => revision <= (from ?? Infinity)).reverse();
  }

  /** Including what stands at the position, as the real one reads; it must be one where a record begins. */
  #ofLog(call: ReadCall, options: Options, isBackwards: boolean): readonly StoredEvent[] | undefined {
    const all = options.getAll()!;
    const count = Number(options.getCount());
    const { events, indexed } = this.#log;
    if (!all.hasPosition()) {
      if (all.hasEnd() !== isBackwards) return [];
      if (isBackwards) return events.slice(Math.max(0, indexed - count), indexed).reverse();
      return events.slice(0, Math.min(indexed, count));
    }
    const position = Number(all.getPosition()!.getCommitPosition());
    if (!this.#log.isPosition(position)) {
      return void call.emit('error', failure(TROUBLE.refused));
    }
    const index = Math.min(indexed, this.#log.indexAt(position));
    return isBackwards
      ? events.slice(Math.max(0, index - count), index).reverse()
      : events.slice(index, Math.min(indexed, index + count));
  }

  /** What comes after the position, then each new event. */
  async #subscribe(call: ReadCall, options: Options): Promise<void> {
    const { events } = this.#log;
    const isWanted = filterOf(options);
    const interval = CHECKPOINT_EVENTS * (options.getFilter()?.getCheckpointintervalmultiplier() ?? 0);
    let next = this.#startOf(options);
    let isLive = false;
    let wake = (): void => {};
    const stopListening = this.#log.listen(() => wake());
    this.#subscribers.add(call);
    call.on('cancelled', () => wake());
    await send(call, confirmation(randomUUID()));
    for (let looked = 0; this.#isSubscribed(call);) {
      const { indexed } = this.#log;
      const event = next < indexed ? events[next] : undefined;
      if (isLive && indexed - next > this.#faults.liveEventsMax) {
        call.emit('error', failure(TOO_SLOW));
        break;
      }
      if (event === undefined) {
        if (!isLive) await send(call, caughtUp());
        isLive = true;
        if (next < this.#log.indexed) continue;
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      if (++next % EVENTS_A_TURN === 0) await turn();
      if (isWanted(event)) await send(call, packedEvent(event));
      if (interval > 0 && ++looked % interval === 0) await send(call, checkpoint(event.position));
    }
    this.#subscribers.delete(call);
    stopListening();
  }

  #isSubscribed(call: ReadCall): boolean {
    return this.#subscribers.has(call) && !call.cancelled && !call.destroyed;
  }

  #startOf(options: Options): number {
    const { events } = this.#log;
    if (options.hasStream()) {
      const asked = options.getStream()!;
      if (asked.hasEnd()) return events.length;
      if (!asked.hasRevision()) return 0;
      const stream = nameOf(asked.getStreamIdentifier());
      const after = Number(asked.getRevision());
      const index = events.findIndex((event) => event.stream === stream && event.revision > after);
      return index < 0 ? events.length : index;
    }
    const all = options.getAll()!;
    if (all.hasEnd()) return events.length;
    if (!all.hasPosition()) return 0;
    return this.#log.indexAt(Number(all.getPosition()!.getCommitPosition()) + 1);
  }
}

function fail(call: ReadCall, fault: ReadFault): void {
  if (fault === 'never answers') return;
  if (fault === 'ends at once' || fault === 'checkpoint ahead') return void call.end();
  if (fault === 'access denied') return void call.emit('error', failure(accessDenied));
  call.emit('error', failure(TROUBLE[fault]));
}

const TROUBLE = {
  'user unknown': { code: status.UNAUTHENTICATED, details: 'Unauthenticated' },
  unavailable: { code: status.UNAVAILABLE, details: 'Server Is Not Ready' },
  internal: { code: status.INTERNAL, details: 'Received RST_STREAM with code 2 (Internal server error)' },
  unknown: { code: status.UNKNOWN, details: 'Internal server error' },
  refused: { code: status.UNKNOWN, details: 'Unexpected ReadAllResult: Error' },
} as const;
const TOO_SLOW = { code: status.ABORTED, details: 'Operation timed out: too slow' };

function filterOf(options: Options): (event: StoredEvent) => boolean {
  if (options.hasStream()) {
    const stream = nameOf(options.getStream()!.getStreamIdentifier());
    return (event) => event.stream === stream;
  }
  const filter = options.getFilter();
  if (filter === undefined) return () => true;
  const expression = (filter.getStreamIdentifier() ?? filter.getEventType())!;
  const told = filter.hasStreamIdentifier()
    ? (event: StoredEvent): string => event.stream
    : (event: StoredEvent): string => event.type;
  const prefixes = expression.getPrefixList();
  if (prefixes.length > 0) return (event) => prefixes.some((prefix) => told(event).startsWith(prefix));
  const pattern = new RegExp(expression.getRegex());
  return (event) => pattern.test(told(event));
}

async function send(call: ReadCall, message: streams.ReadResp | Buffer): Promise<void> {
  if (call.cancelled || call.destroyed) return;
  if (call.write(message)) return;
  const over = new AbortController();
  const end = (): void => over.abort();
  call.once('cancelled', end).once('close', end);
  await once(call, 'drain', { signal: over.signal }).catch(() => {});
  call.off('cancelled', end).off('close', end);
}
