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

/** For one answer; rows take `onList`. */
export function onQuery<Result, Asked extends Query<Result>>(
  query: new (...told: never[]) => Asked & Query<Result>,
  execute: (onhand: OnHand, query: Asked) => Promise<OneOnly<Result>>,
): Type<IQueryHandler<Asked>> {
  @Injectable()
  @QueryHandler(query)
  class Handler {
    constructor(private readonly onhand: OnHand) {}

    execute(asked: Asked): Promise<OneOnly<Result>> {
      return execute(this.onhand, asked);
    }
  }
  return named(Handler, query.name) as unknown as Type<IQueryHandler<Asked>>;
}

/** Does not compile where a query that answers rows would read them without waiting. */
type OneOnly<Result> = [Result] extends [readonly unknown[]] ? 'rows: declare it with onList' : Result;

/** For rows: they are read when the read model is ready for lists, so that no list holds everybody up. */
export const onList = <Row, Asked extends Query<readonly Row[]>>(
  query: new (...told: never[]) => Asked & Query<readonly Row[]>,
  read: (onhand: OnHand, query: Asked) => Promise<readonly Row[]> | readonly Row[],
): Type<IQueryHandler<Asked>> =>
  onQuery<unknown, Asked>(query, async (onhand, asked) => {
    await onhand.rooms.readModel.prepareLists();
    return read(onhand, asked);
  });

function named<Class extends object>(type: Class, name: string): Class {
  return Object.defineProperty(type, 'name', { value: `${name}Handler` });
}
