import { Controller, Get, HttpCode, Post, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { EXCEPTION_KINDS, isRejection, type Rejection } from '#inventory';
import { AdjustStock, ListExceptions, ReallocateStock, ResolveException } from '../application/requests.ts';
import {
  ADJUSTMENT_BODY,
  type AdjustmentTold,
  REALLOCATION_BODY,
  type ReallocationTold,
  REASON_BODY,
  type ReasonTold,
} from './bodies/request-bodies.ts';
import { type Caller, ownerOf } from './caller.ts';
import { Asking, Door, PathId, Query, Told } from './door.ts';
import { type Page, Pager } from './pager.ts';
import { oneOf, PAGE, type ParameterValues, text } from './parameters.ts';
import { notThere, Refusal, refuse, tryAgain } from './problem.ts';
import { shownException } from './wire/request-wire.ts';
import { present, quantity, units } from './wire/scalars.ts';

const EXCEPTIONS = {
  ...PAGE,
  kind: oneOf('Only of this kind.', EXCEPTION_KINDS),
  state: oneOf('Only in this state; default: all.', ['open', 'cleared', 'resolved']),
  sku: text('Only of this item.'),
};
const WHERE = ['CONTENTION', 'LOCATION_UNKNOWN', 'NOT_ALLOWED_FOR_KIT'];

const STILL_OPEN =
  'The exception is closed, but reads do not show it yet. Try again after Retry-After to see the result.';

/** What people put right. */
@Controller('v1')
@ApiTags('Corrections')
export class CorrectionsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly pager: Pager,
  ) {}

  @Post('items/:sku/adjustments')
  @Door({
    access: 'admin',
    body: 'json',
    does: 'Corrects the quantity on hand: by a difference, or to a number if it is still what the caller saw.',
    answers: { 200: 'Adjustment', 201: 'Adjustment' },
    problems: [
      ...WHERE,
      'STALE_VALUE',
      'FIELDS_EXCLUDE',
      'QUANTITY_ZERO',
      'QUANTITY_TOO_PRECISE',
      'ID_REUSED_WITH_DIFFERENT_CONTENT',
    ],
    notThere: ['ITEM_UNKNOWN'],
  })
  async adjust(
    @PathId('sku', 'sku') sku: string,
    @Told(ADJUSTMENT_BODY) told: AdjustmentTold,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    checkAdjustment(told);
    const { adjustmentId, location, disposition = 'sellable', reason, actor } = told;
    const amounts = present({
      setTo: told.setTo === undefined ? undefined : quantity(told.setTo),
      change: told.change === undefined ? undefined : quantity(told.change),
      expectedOnHand: told.expectedOnHand === undefined ? undefined : quantity(told.expectedOnHand),
    });
    const asked = { adjustmentId, location, disposition, reason, actor, ...amounts };
    const done = await this.commands.execute(new AdjustStock(sku, asked));
    if (isRejection(done)) throw ofItem(done);
    void reply.code(done.isNew ? 201 : 200);
    return { adjustmentId, change: units(done.change), onHand: units(done.onHand), position: done.position };
  }

  @Post('items/:sku/reallocations')
  @Door({
    access: 'admin',
    body: 'json',
    does: "Moves part of an order line's commitment to another location.",
    answers: { 200: 'Reallocation', 201: 'Reallocation' },
    problems: [
      ...WHERE,
      'CHANNEL_UNKNOWN',
      'ORDER_UNKNOWN',
      'TRANSFER_SAME_LOCATION',
      'INSUFFICIENT_COMMITMENT',
      'INSUFFICIENT_STOCK',
      'ID_REUSED_WITH_DIFFERENT_CONTENT',
    ],
    notThere: ['ITEM_UNKNOWN'],
  })
  async reallocate(
    @PathId('sku', 'sku') sku: string,
    @Told(REALLOCATION_BODY) told: ReallocationTold,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const done = await this.commands.execute(
      new ReallocateStock(sku, { ...told, quantity: quantity(told.quantity) }),
    );
    if (isRejection(done)) throw ofItem(done);
    void reply.code(done.isNew ? 201 : 200);
    return { ...told, sku, position: done.position };
  }

  @Get('exceptions')
  @Door({
    access: 'own-rows',
    does: 'Lists what cannot be right or cannot be fulfilled, such as oversells, in the order in which it was found.',
    answers: { 200: 'ExceptionPage' },
  })
  async exceptions(
    @Query(EXCEPTIONS) asked: ParameterValues<typeof EXCEPTIONS>,
    @Asking() caller: Caller,
  ): Promise<Page<object>> {
    const { kind, state, sku } = asked;
    const owner = ownerOf(caller);
    const filter = present({ kind, state, sku, channel: owner });
    return this.pager.page(asked, {
      name: ['exceptions', filter],
      read: (page) => this.queries.execute(new ListExceptions(filter, page)),
      placeOf: ({ id }) => id,
      show: (row) => shownException(row, owner),
    });
  }

  @Post('exceptions/:id/resolve')
  @HttpCode(200)
  @Door({
    access: 'admin',
    body: 'json',
    does: 'Closes an exception by hand. One that is closed already is returned as it is.',
    answers: { 200: 'ClosedException' },
    problems: ['CONTENTION', 'NOT_YET'],
    notThere: ['EXCEPTION_UNKNOWN'],
  })
  async resolve(
    @PathId('id', 'id') id: string,
    @Told(REASON_BODY) { reason }: ReasonTold,
    @Asking() caller: Caller,
  ): Promise<object> {
    const closed = await this.commands.execute(new ResolveException(id, { reason, actor: caller.keyId }));
    if (closed === undefined) throw tryAgain('NOT_YET', STILL_OPEN);
    if (isRejection(closed)) throw notThere(closed.code, closed.detail);
    return { ...shownException(closed), ...present({ position: closed.closedBy }) };
  }
}

/** What is asked of the item that the path names. */
const ofItem = (rejection: Rejection): Refusal =>
  new Refusal(rejection, rejection.code === 'ITEM_UNKNOWN' ? { status: 404 } : {});

function checkAdjustment({ setTo, change, expectedOnHand }: AdjustmentTold): void {
  if (setTo !== undefined && change !== undefined) {
    throw refuse('FIELDS_EXCLUDE', 'setTo and change exclude each other. Send one of them.', {
      pointer: '/change',
    });
  }
  if (setTo === undefined && change === undefined) {
    throw refuse('MISSING_FIELD', 'The field setTo is missing. Send it, or change.', { pointer: '/setTo' });
  }
  if (setTo !== undefined && expectedOnHand === undefined) {
    const detail =
      'The field expectedOnHand is missing. Send the quantity you saw, so that nothing newer is overwritten.';
    throw refuse('MISSING_FIELD', detail, { pointer: '/expectedOnHand' });
  }
}
