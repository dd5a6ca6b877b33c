import type { InsideCommand, InsideCommands } from '../http/inside-commands.ts';
import type { OnHand } from '../service.ts';
import { askOf } from './ask.ts';
import type { Command, CommandMessage } from './command.ts';
import { commandOf, isCommandName } from './commands/index.ts';
import { problemOf } from './problem.ts';

/** The commands as they run inside a service. */
export const insideCommands = (onhand: OnHand): InsideCommands => ({
  find: async (name) => (isCommandName(name) ? insideCommand(onhand, await commandOf(name)) : undefined),
});

const insideCommand = (onhand: OnHand, command: Command<object, unknown>): InsideCommand => ({
  usesFiles: command.usesFiles === true,
  run: async (args, { doors, authorization, ...task }): Promise<CommandMessage> => {
    try {
      return { result: await command.run(onhand, args, { ...task, ask: askOf(doors, authorization) }) };
    } catch (error) {
      return { problem: problemOf(error) };
    }
  },
});
