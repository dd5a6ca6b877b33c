import { Controller, Get, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { OnHand } from '../service.ts';
import { AtLeast, Door } from './door.ts';
import { Metrics } from './metrics.ts';

@Controller()
@ApiTags('About the service')
export class StatusController {
  constructor(
    private readonly onhand: OnHand,
    private readonly metrics: Metrics,
  ) {}

  @Get('v1/status')
  @Door({
    access: 'read',
    isOfProcess: true,
    does: 'Shows how far each part has come in the log, and what became of the messages.',
    answers: { 200: 'Status' },
  })
  async status(@AtLeast() _: unknown): Promise<object> {
    return this.onhand.status();
  }

  @Get('metrics')
  @Door({
    access: 'read',
    isOfProcess: true,
    does: 'Metrics for Prometheus.',
    answers: { 200: { mediaType: 'text/plain', is: 'The Prometheus text format.' } },
  })
  async scrape(@Res() reply: FastifyReply): Promise<void> {
    const { contentType, text } = await this.metrics.text();
    void reply.header('content-type', contentType).send(text);
  }
}
