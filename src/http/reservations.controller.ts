import { Controller, Get, HttpCode, Post, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { isRejection } from '#inventory';
import type { ReservationAnswer, ReservationRow } from '#ledger';
import {
  ChangeReservation,
  FindReservation,
  ListReservations,
  type ReservationChange,
  Reserve,
} from '../application/requests.ts';
import {
  CONFIRMATION_BODY,
  type ConfirmationTold,
  EXTENSION_BODY,
  type ExtensionTold,
  RESERVATION_BODY,
  type ReservationTold,
} from './bodies/request-bodies.ts';
import { type Caller, ownerOf } from './caller.ts';
import { Asking, AtLeast, Door, PathId, Query, SKU_REFUSALS, Told } from './door.ts';
import { type Page, Pager } from './pager.ts';
import { PAGE, type ParameterValues } from './parameters.ts';
import { notThere, notYours, Refusal, shown } from './problem.ts';
import { shownReservation, shownReservationRow } from './wire/request-wire.ts';
import { quantity } from './wire/scalars.ts';

const ENDED = ['RESERVATION_TERMINAL', 'CONTENTION'];
const ROWS_LOOKED_AT = 1_000;

/** Holds with a deadline: where OnHand decides, it never oversells. */
@Controller('v1/reservations')
@ApiTags('Reservations')
export class ReservationsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly pager: Pager,
  ) {}

  @Post()
  @Door({
    access: 'hold',
    body: 'json',
    does: 'Holds stock for a while: all of it, or as much as there is. The same request again gets the same answer.',
    answers: { 200: 'Reservation', 201: 'Reservation' },
    problems: [
      ...SKU_REFUSALS,
      'INSUFFICIENT_STOCK',
      'ID_REUSED_WITH_DIFFERENT_CONTENT',
      'CHANNEL_MISMATCH',
      'CHANNEL_UNKNOWN',
      'ITEM_UNKNOWN',
      'LOCATION_UNKNOWN',
      'QUANTITY_NOT_INTEGER',
      'CONTENTION',
    ],
  })
  async reserve(
    @Told(RESERVATION_BODY) told: ReservationTold,
    @Asking() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const owner = ownerOf(caller);
    if (owner !== undefined && owner !== told.channel) {
      const detail =
        'This key can make reservations only for its own channel. Set channel to that one, or use another key.';
      throw notYours({ code: 'CHANNEL_MISMATCH', detail, pointer: '/channel' });
    }
    const lines = told.lines.map((line) => ({ ...line, quantity: quantity(line.quantity) }));
    const { reservationId, channel, expiresInSeconds, partial = false } = told;
    const request = { reservationId, channel, lines, partial, expiresInSeconds };
    const held = await this.commands.execute(new Reserve(request));
    if (isRejection(held)) throw new Refusal(held);
    void reply.code(held.isNew === false ? 200 : 201);
    return shownReservation(held);
  }

  @Get()
  @Door({
    access: 'own-rows',
    does: 'Lists the reservations that were held, by id.',
    answers: { 200: 'ReservationPage' },
  })
  async listReservations(
    @Query(PAGE) asked: ParameterValues<typeof PAGE>,
    @Asking() caller: Caller,
  ): Promise<Page<object>> {
    const owner = ownerOf(caller);
    return this.pager.page(asked, {
      name: ['reservations', owner],
      read: ({ after, limit }) => this.#held(owner, after, limit),
      placeOf: ({ reservationId }) => reservationId,
      show: shownReservationRow,
    });
  }

  @Get(':reservationId')
  @Door({
    access: 'see-hold',
    does: 'Shows a reservation as it is now.',
    answers: { 200: 'Reservation' },
    notThere: ['RESERVATION_UNKNOWN'],
  })
  async getReservation(
    @PathId('reservationId', 'id') id: string,
    @AtLeast() _: unknown,
    @Asking() caller: Caller,
  ): Promise<object> {
    return shownReservation(await this.#find(id, caller));
  }

  @Post(':reservationId/confirm')
  @HttpCode(200)
  @Door({
    access: 'hold',
    body: 'json',
    does: 'Turns a reservation into an order: what its lines name is committed, and the rest is free again.',
    answers: { 200: 'Reservation' },
    problems: [...ENDED, ...SKU_REFUSALS, 'QUANTITY_ZERO', 'INSUFFICIENT_STOCK', 'ITEM_UNKNOWN'],
    notThere: ['RESERVATION_UNKNOWN'],
  })
  confirm(
    @PathId('reservationId', 'id') id: string,
    @Told(CONFIRMATION_BODY) { orderId, lines }: ConfirmationTold,
    @Asking() caller: Caller,
  ): Promise<object> {
    const some = lines?.map((line) => ({ sku: line.sku, quantity: quantity(line.quantity) }));
    return this.#change(id, { to: 'confirmed', orderId, ...(some && { lines: some }) }, caller);
  }

  @Post(':reservationId/release')
  @HttpCode(200)
  @Door({
    access: 'hold',
    does: 'Releases what is held.',
    answers: { 200: 'Reservation' },
    problems: ENDED,
    notThere: ['RESERVATION_UNKNOWN'],
  })
  release(@PathId('reservationId', 'id') id: string, @Asking() caller: Caller): Promise<object> {
    return this.#change(id, { to: 'released', actor: ownerOf(caller) ?? caller.keyId }, caller);
  }

  @Post(':reservationId/extend')
  @HttpCode(200)
  @Door({
    access: 'hold',
    body: 'json',
    does: 'Moves the deadline to this many seconds from now, if that is later.',
    answers: { 200: 'Reservation' },
    problems: ENDED,
    notThere: ['RESERVATION_UNKNOWN'],
  })
  extend(
    @PathId('reservationId', 'id') id: string,
    @Told(EXTENSION_BODY) { expiresInSeconds }: ExtensionTold,
    @Asking() caller: Caller,
  ): Promise<object> {
    return this.#change(id, { to: 'extended', expiresInSeconds }, caller);
  }

  async #change(id: string, change: ReservationChange, caller: Caller): Promise<object> {
    await this.#find(id, caller);
    const changed = await this.commands.execute(new ChangeReservation(id, change));
    if (isRejection(changed))
      throw new Refusal(changed, changed.code === 'RESERVATION_UNKNOWN' ? { status: 404 } : {});
    return shownReservation(changed);
  }

  /** To a channel's key the reservations of others do not exist. */
  async #find(id: string, caller: Caller): Promise<ReservationAnswer> {
    const held = await this.queries.execute(new FindReservation(id));
    const owner = ownerOf(caller);
    const [code, detail] = [
      'RESERVATION_UNKNOWN',
      `There is no reservation "${shown(id)}". Check the id, or make the reservation first.`,
    ];
    if (held === undefined) throw notThere(code, detail);
    if (owner !== undefined && owner !== held.channel) throw notYours({ code, detail }, 404);
    return held;
  }

  /** Requests that were refused are in the shelf too, and are passed over. */
  async #held(
    channel: string | undefined,
    after: string | undefined,
    limit: number,
  ): Promise<ReservationRow[]> {
    const found: ReservationRow[] = [];
    let place = after;
    for (;;) {
      const page = { limit: ROWS_LOOKED_AT, after: place, channel };
      const rows = await this.queries.execute(new ListReservations(page));
      for (const row of rows) {
        if (row.held !== undefined) found.push(row);
        if (found.length === limit) return found;
      }
      if (rows.length < ROWS_LOOKED_AT) return found;
      place = rows.at(-1)!.reservationId;
    }
  }
}
