import { Injectable, type Type } from '@nestjs/common';
import {
  type Command,
  CommandHandler,
  type ICommandHandler,
  type IQueryHandler,
  type Query,
  QueryHandler,
} from '@nestjs/cqrs';
import { OnHand } from '../service.ts';

/** A handler gets all of OnHand, calls one room, and does nothing else. */

/** Nest needs a class for each handler; all of them are this one. */
export function onCommand<Result, Asked extends Command<Result>>(
  command: new (...told: never[]) => Asked & Command<Result>,
  execute: (onhand: OnHand, command: Asked) => Promise<Result>,
): Type<ICommandHandler<Asked>> {
  @Injectable()
  @CommandHandler(command)
  class Handler {
    constructor(private readonly onhand: OnHand) {}

    execute(told: Asked): Promise<Result> {
      return execute(this.onhand, told);
    }
  }
  return named(Handler, command.name) as unknown as Type<ICommandHandler<Asked>>;
}

export function onQuery<Result, Asked extends Query<Result>>(
  query: new (...told: never[]) => Asked & Query<Result>,
  execute: (onhand: OnHand, query: Asked) => Promise<Result>,
): Type<IQueryHandler<Asked>> {
  @Injectable()
  @QueryHandler(query)
  class Handler {
    constructor(private readonly onhand: OnHand) {}

    execute(asked: Asked): Promise<Result> {
      return execute(this.onhand, asked);
    }
  }
  return named(Handler, query.name) as unknown as Type<IQueryHandler<Asked>>;
}

function named<Class extends object>(type: Class, name: string): Class {
  return Object.defineProperty(type, 'name', { value: `${name}Handler` });
}
