import { Injectable } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import type { Resource, SetupEntry, SetupKind } from '#catalog';
import { isRejection } from '#inventory';
import { FindResource, ListResources, PutResource } from '../application/set-up.ts';
import { type Page, type PageAsked, Pager } from './pager.ts';
import { notThere, Refusal, shown } from './problem.ts';
import { SHOW } from './wire/setup-wire.ts';

/** What is the same for every kind of set-up: put, get, list. */
@Injectable()
export class SetUpDesk {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly pager: Pager,
  ) {}

  /** 201 for what is new, else 200. */
  async put(put: Resource, reply: FastifyReply): Promise<object> {
    const done = await this.commands.execute(new PutResource(put));
    if (isRejection(done)) throw new Refusal(done);
    void reply.code(done.outcome === 'created' ? 201 : 200);
    return shownEntry(put.kind, done);
  }

  /** `code` says that there is none. */
  async get(kind: SetupKind, id: string, code: string): Promise<object> {
    const entry = await this.queries.execute(new FindResource(kind, id));
    if (entry === undefined)
      throw notThere(code, `There is no ${kind} "${shown(id)}". Check its name, or define it first.`);
    return shownEntry(kind, entry);
  }

  list(
    kind: SetupKind,
    asked: PageAsked & { readonly channel?: string },
    placeOf: (resource: never) => string,
  ): Promise<Page<object>> {
    const { channel } = asked;
    return this.pager.page(asked, {
      name: [kind, channel],
      read: (page) => this.queries.execute(new ListResources(kind, { ...page, channel })),
      placeOf: ({ resource }) => placeOf(resource as never),
      show: (entry) => shownEntry(kind, entry),
    });
  }
}

type Shown = Pick<SetupEntry<object>, 'resource' | 'position'>;

const shownEntry = (kind: SetupKind, { resource, position }: Shown): object => ({
  ...SHOW[kind](resource as never),
  position,
});
