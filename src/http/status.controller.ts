import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { OnHand } from '../service.ts';
import { Door, Query } from './door.ts';
import { Freshness } from './freshness.ts';
import { Metrics } from './metrics.ts';
import { atLeast, type ParameterValues } from './parameters.ts';

const ABOUT = 'About the service';
const ASKED = { atLeast };

@Controller()
export class StatusController {
  constructor(
    private readonly onhand: OnHand,
    private readonly freshness: Freshness,
    private readonly metrics: Metrics,
  ) {}

  @Get('v1/status')
  @Door({
    access: 'read',
    isOfProcess: true,
    about: ABOUT,
    does: 'Shows how far each part has come in the log, and what became of the messages.',
    answers: { 200: 'Status' },
  })
  async status(@Query(ASKED) asked: ParameterValues<typeof ASKED>): Promise<object> {
    await this.freshness.reach(asked.atLeast);
    return this.onhand.status();
  }

  @Get('metrics')
  @Door({
    access: 'read',
    isOfProcess: true,
    about: ABOUT,
    does: 'Metrics for Prometheus.',
    answers: { 200: { mediaType: 'text/plain', is: 'The Prometheus text format.' } },
  })
  async scrape(@Res() reply: FastifyReply): Promise<void> {
    const { contentType, text } = await this.metrics.text();
    void reply.header('content-type', contentType).send(text);
  }
}
