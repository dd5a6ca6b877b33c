import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { isRejection } from '#inventory';
import { ImportCatalog, PreviewPolicy } from '../application/set-up.ts';
import { OnHand } from '../service.ts';
import { PREVIEW_BODY, type PolicyTold } from './bodies/setup-bodies.ts';
import { cutCatalogRows, readCatalogRows } from './catalog-rows.ts';
import { AtLeast, Door, Told } from './door.ts';
import { HistoryReads } from './history-reads.ts';
import { importAnswer } from './import-answer.ts';
import { POLICY_PROBLEMS } from './problem-codes.ts';
import { Refusal } from './problem.ts';
import { units } from './wire/scalars.ts';
import { toPolicy } from './wire/setup-wire.ts';

/** Set-up by the file, and what a policy would do. */
@Controller('v1')
@ApiTags('Set-up')
export class CatalogController {
  constructor(
    private readonly commands: CommandBus,
    private readonly onhand: OnHand,
    private readonly history: HistoryReads,
  ) {}

  @Post('catalog/import')
  @HttpCode(200)
  @Door({
    access: 'admin',
    body: 'catalog',
    does: 'Sets up many resources at once, each row on its own: JSON Lines, or CSV of items or listings.',
    answers: { 200: 'ImportResults' },
    problems: [
      'CSV_EMPTY',
      'CSV_HEADER',
      'CSV_DELIMITER',
      'CSV_QUOTE',
      'CSV_ENCODING',
      'EMPTY_PAYLOAD',
      'TOO_MANY_ROWS',
    ],
  })
  async importCatalog(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const bytes = (request.body as Uint8Array | undefined) ?? new Uint8Array();
    const rules = { allowPrivateWebhooks: this.onhand.settings.WEBHOOK_ALLOW_PRIVATE };
    const rows = cutCatalogRows(bytes, request.headers['content-type'] ?? '');
    const results = await this.commands.execute(new ImportCatalog(readCatalogRows(rows, rules)));
    const answer = importAnswer(results, ({ index }) => rows.lines[index]!, request.id);
    void reply.header('content-type', 'application/json; charset=utf-8').send(Readable.from(answer));
  }

  @Post('policies/preview')
  @HttpCode(200)
  @Door({
    access: 'read',
    body: 'json',
    does: 'Shows which numbers a policy would change, and to what: exactly what putting it would do. At most 100,000.',
    answers: { 200: 'Preview' },
    problems: [...POLICY_PROBLEMS, 'TOO_MANY_NUMBERS'],
  })
  async preview(
    @Told(PREVIEW_BODY) told: PolicyTold & { readonly scope: string },
    @AtLeast() _: unknown,
  ): Promise<object> {
    const policy = toPolicy(told.scope, told);
    const changes = await this.history.execute(new PreviewPolicy(policy));
    if (isRejection(changes)) throw new Refusal(changes);
    const items = changes.map(({ channel, listing, from, to }) => {
      return { channel, listing, from: units(from), to: units(to) };
    });
    return { items };
  }
}
