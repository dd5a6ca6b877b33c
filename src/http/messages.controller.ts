import { Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isRejection } from '#inventory';
import { readBodyInSlices } from '#intake';
import {
  DismissParked,
  ListCompleteness,
  ListParked,
  ListRejected,
  RetryParked,
  TellMessages,
} from '../application/messages.ts';
import { OnHand } from '../service.ts';
import { REASON_BODY, type ReasonTold } from './bodies/request-bodies.ts';
import { bringerOf, type Caller, ownerOf } from './caller.ts';
import { Asking, Door, PathId, Query, SKU_REFUSALS, Told } from './door.ts';
import { Metrics } from './metrics.ts';
import { type Page, Pager } from './pager.ts';
import { PAGE, type ParameterValues, text } from './parameters.ts';
import { answerTo } from './message-answers.ts';
import { MESSAGE_PROBLEMS } from './problem-codes.ts';
import { PROBLEM_TYPE, Refusal } from './problem.ts';
import { toldInSlices } from './told-in-slices.ts';
import { shownParked, shownRejected } from './wire/message-wire.ts';

const ROWS = { ...PAGE, source: text('Only of this channel or source.') };
type Asked = ParameterValues<typeof ROWS>;
const NOTHING = new Uint8Array();

@Controller('v1')
@ApiTags('Messages')
export class MessagesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly onhand: OnHand,
    private readonly pager: Pager,
    private readonly metrics: Metrics,
  ) {}

  /** Most messages take the lane (`MessageLane`) to the same answers. */
  @Post('events')
  @Door({
    access: 'tell',
    body: 'messages',
    does: 'Takes messages about what happened: one, or up to a thousand, each on its own. They are durable before they are answered.',
    answers: { 200: ['Results', 'Result'], 201: 'Result', 202: 'Result' },
    problems: [...MESSAGE_PROBLEMS, ...SKU_REFUSALS],
  })
  async tell(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const told = (request.body as Uint8Array | undefined) ?? NOTHING;
    const slices = readBodyInSlices(told, request.headers['content-type'], this.onhand.clock.now());
    const by = bringerOf(request.caller);
    const { body, outcomes } = await toldInSlices(slices, (arrivals) =>
      this.commands.execute(new TellMessages(arrivals, by)),
    );
    this.metrics.messagesAnswered(outcomes);
    const { status, contentType, text } = answerTo(body, outcomes, request.id);
    // A problem as bytes: Fastify would add a charset that its type does not have.
    const payload = contentType === PROBLEM_TYPE ? Buffer.from(text) : text;
    void reply.code(status).header('content-type', contentType).send(payload);
  }

  @Get('parked')
  @Door({
    access: 'own-rows',
    does: 'Lists lines that wait for the catalog, oldest first.',
    answers: { 200: 'ParkedPage' },
  })
  async parked(@Query(ROWS) asked: Asked, @Asking() caller: Caller): Promise<Page<object>> {
    const source = ownerOf(caller) ?? asked.source;
    return this.pager.page(asked, {
      name: ['parked', source],
      read: (page) => this.queries.execute(new ListParked({ source, ...page })),
      placeOf: ({ id }) => id,
      show: (row) => shownParked(this.onhand.clock.now(), row),
    });
  }

  @Get('rejected')
  @Door({
    access: 'own-rows',
    does: 'Lists messages that were rejected, with their content and the reason, oldest first.',
    answers: { 200: 'RejectedPage' },
  })
  async rejected(@Query(ROWS) asked: Asked, @Asking() caller: Caller): Promise<Page<object>> {
    const source = ownerOf(caller) ?? asked.source;
    return this.pager.page(asked, {
      name: ['rejected', source],
      read: (page) => this.queries.execute(new ListRejected({ source, ...page })),
      placeOf: ({ id }) => id,
      show: (row) => shownRejected(this.onhand.clock.now(), row),
    });
  }

  @Get('completeness')
  @Door({
    access: 'own-rows',
    does: 'Shows what became of every message, by source: received = accepted + duplicate + parked + rejected.',
    answers: { 200: 'CompletenessRowPage' },
  })
  async completeness(@Query(ROWS) asked: Asked, @Asking() caller: Caller): Promise<Page<object>> {
    const source = ownerOf(caller) ?? asked.source;
    return this.pager.page(asked, {
      name: ['completeness', source],
      read: (page) => this.queries.execute(new ListCompleteness({ source, ...page })),
      placeOf: (row) => row.source,
      show: (row) => row,
    });
  }

  @Post('parked/:id/retry')
  @HttpCode(200)
  @Door({
    access: 'admin',
    does: 'Retries the parked lines of a message with the current catalog.',
    answers: { 200: 'Retried' },
    notThere: ['PARKED_UNKNOWN'],
  })
  async retry(@PathId('id', 'id') id: string): Promise<object> {
    const done = await this.commands.execute(new RetryParked(id));
    if (isRejection(done)) throw new Refusal(done, { status: 404 });
    return { id, ...done };
  }

  @Post('parked/:id/dismiss')
  @HttpCode(200)
  @Door({
    access: 'admin',
    body: 'json',
    does: 'Dismisses a parked line by hand: it will not be posted.',
    answers: { 200: 'Dismissed' },
    notThere: ['PARKED_UNKNOWN'],
  })
  async dismiss(
    @PathId('id', 'id') id: string,
    @Told(REASON_BODY) { reason }: ReasonTold,
    @Asking() caller: Caller,
  ): Promise<object> {
    const done = await this.commands.execute(new DismissParked(id, { reason, actor: caller.keyId }));
    if (isRejection(done)) throw new Refusal(done, { status: 404 });
    return { id, position: done.position };
  }
}
