import { Controller, Param, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Caller, SERVICE_CALLER, SERVICE_PREFIX } from './caller.ts';
import { Asking, Door } from './door.ts';
import { InsideCommands } from './inside-commands.ts';
import { LineAnswer } from './line-answer.ts';
import { notThere, refuse } from './problem.ts';

/**
 * The command line's way into the service that holds the data directory: the command runs here as it would
 * there. Answers lines of JSON: `{"progress"}` and `{"output"}`, then one `{"result"}` or `{"problem"}`.
 * A command that reads or writes files of this machine takes the secret in the data directory, which only its
 * owner can read: no key opens those.
 */
@Controller('internal/commands')
@ApiTags('Command line')
export class CommandsController {
  constructor(private readonly commands: InsideCommands) {}

  @Post(':name')
  @Door({
    access: 'admin',
    body: 'json',
    isAnsweredAtOnce: false,
    does: 'Runs a command of `onhand` inside the service. For the command line only.',
    answers: { 200: { mediaType: 'application/x-ndjson', is: 'Progress, and finally the result.' } },
    notThere: ['NOT_FOUND'],
  })
  async runCommand(
    @Param('name') name: string,
    @Asking() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    refuseStrangersSecret(request, caller);
    const command = await this.commands.find(name);
    if (command === undefined)
      throw notThere('NOT_FOUND', 'There is no such command. See `npx onhand --help`.');
    if (command.usesFiles && caller !== SERVICE_CALLER) {
      throw refuse('SCOPE_REQUIRED', 'Only the command line on this machine may do this. Use `npx onhand`.');
    }
    const args = argsOf(request.body as Uint8Array | undefined);
    // Whoever opened this door may open the others.
    const opening = { doors: request.server, authorization: request.headers.authorization ?? '' };
    const answer = new LineAnswer(reply);
    await answer.end((task) => command.run(args, { ...task, ...opening }));
  }
}

/** A command line that looks for another service, which once was at this address, must not get this one's data. */
function refuseStrangersSecret({ headers }: FastifyRequest, caller: Caller): void {
  if (caller === SERVICE_CALLER || headers.authorization?.includes(SERVICE_PREFIX) !== true) return;
  throw refuse('KEY_REQUIRED', 'The secret belongs to another service. Run the command again.');
}

/** The body was written by the command line of the same version. */
function argsOf(body: Uint8Array | undefined): object {
  try {
    const { args } = JSON.parse(Buffer.from(body ?? []).toString()) as { args?: unknown };
    if (typeof args === 'object' && args !== null) return args;
  } catch {
    // Said below.
  }
  throw refuse('INVALID_JSON', 'Send {"args":{…}}.');
}
