import { Controller, Get, Headers, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isRejection } from '#inventory';
import type { FeedStart } from '#publishing';
import { OnHand } from '../service.ts';
import { Door, PathId, Query } from './door.ts';
import { Metrics } from './metrics.ts';
import { atLeast, cursor, oneOf, type ParameterValues } from './parameters.ts';
import { Refusal, tryAgain } from './problem.ts';
import { requireChannel } from './require-channel.ts';
import { Turnstile } from './turnstile.ts';

/** Clients of all feeds together, and those with one key. Each costs a connection and a few kilobytes. */
const FEEDS_MAX = 2_000;
const FEEDS_PER_KEY_MAX = 200;
/** How soon a client comes back after its connection broke. */
const RETRY_MS = 2_000;
const FEED = {
  atLeast,
  cursor: {
    ...cursor,
    description: 'Resume after exactly this event. `Last-Event-ID` does the same and takes precedence.',
  },
  after: oneOf(
    '`0`: every listing once, then live events. Without it and without a cursor: live events from now on.',
    ['0'],
  ),
};

/** A channel's changes as server-sent events. */
@Controller('v1/channels/:channel')
@ApiTags('What channels may sell')
export class FeedController {
  readonly #byKey = new Map<string, number>();
  readonly #feeds = new Turnstile({
    atOnceMax: FEEDS_MAX,
    waitingMax: 0,
    code: 'TOO_MANY_FEEDS',
    busyWith: 'feeds are open',
  });

  constructor(
    private readonly onhand: OnHand,
    private readonly metrics: Metrics,
  ) {}

  @Get('feed')
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description:
      'Resume after exactly this event. An `EventSource` sends it automatically when it reconnects.',
    schema: { type: 'string' },
  })
  @Door({
    access: 'own-channel',
    does:
      'Streams server-sent events: `availability.changed` and `order.updated`, each with a cursor as its id. The header ' +
      '`Last-Event-ID` of the answer is the cursor at which the stream begins.',
    answers: {
      200: {
        mediaType: 'text/event-stream',
        is: 'Events, for as long as the client stays connected and its key is valid.',
      },
    },
    problems: ['CURSOR_INVALID', 'INVALID_PARAMETER', 'TOO_MANY_FEEDS', 'NOT_YET'],
    notThere: ['CHANNEL_UNKNOWN'],
    isAnsweredAtOnce: false,
  })
  async feed(
    @PathId('channel', 'slug') channel: string,
    @Query(FEED) asked: ParameterValues<typeof FEED>,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (request.method === 'HEAD') return void reply.header('content-type', 'text/event-stream').send();
    requireChannel(this.onhand, channel);
    const feed = await this.onhand.rooms.hub.open(channel, startOf(asked, lastEventId));
    if (isRejection(feed)) throw new Refusal({ ...feed, pointer: '?cursor' });
    const { keyId } = request.caller;
    const { feedPump, keyDesk } = this.onhand.rooms;
    const leave = this.#enter(keyId);
    try {
      await feedPump.run(feed, begin(reply, feed.cursor), () => !keyDesk.isRevoked(keyId));
    } catch (error) {
      this.onhand.log.warn({ channel, err: error }, 'a feed ended early: its client can resume');
    } finally {
      leave();
    }
  }

  /** Throws TOO_MANY_FEEDS. Answers how to leave. */
  #enter(keyId: string): () => void {
    const open = this.#byKey.get(keyId) ?? 0;
    if (open >= FEEDS_PER_KEY_MAX) {
      throw tryAgain(
        'TOO_MANY_FEEDS',
        `This key already has ${open} feeds open. Close some of them.`,
        RETRY_MS / 1000,
      );
    }
    this.#feeds.enterNow();
    this.#byKey.set(keyId, open + 1);
    this.metrics.feedOpened();
    return () => {
      const left = this.#byKey.get(keyId)! - 1;
      if (left === 0) this.#byKey.delete(keyId);
      else this.#byKey.set(keyId, left);
      this.#feeds.leave();
      this.metrics.feedClosed();
    };
  }
}

function startOf(asked: ParameterValues<typeof FEED>, lastEventId: string | undefined): FeedStart {
  const cursor = lastEventId !== undefined && lastEventId !== '' ? lastEventId : asked.cursor;
  if (cursor !== undefined) return { cursor };
  return asked.after === '0' ? 'all' : 'now';
}

/**
 * From here on the response is the feed's own. Its header says where it begins: a client that is cut off
 * before its first event comes back with that, and has missed nothing.
 */
function begin(reply: FastifyReply, cursor: string): FastifyReply['raw'] {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream',
    'last-event-id': cursor,
    'x-accel-buffering': 'no',
    connection: 'keep-alive',
  });
  // A line of the first event: some readers take a block of its own for an event without data.
  raw.write(`retry: ${RETRY_MS}\n`);
  raw.socket?.setNoDelay(true);
  return raw;
}
