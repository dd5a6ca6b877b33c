import type { Command } from '../command.ts';

/** Every command over the data; each brings its own code only when it is asked for. */
const COMMANDS = {
  import: async () => (await import('./import.ts')).importCommand,
  item: async () => (await import('./item.ts')).itemCommand,
  availability: async () => (await import('./availability.ts')).availabilityCommand,
  explain: async () => (await import('./explain.ts')).explainCommand,
  timeline: async () => (await import('./timeline.ts')).timelineCommand,
  parked: async () => (await import('./parked.ts')).parkedCommand,
  rejected: async () => (await import('./parked.ts')).rejectedCommand,
  rebuild: async () => (await import('./rebuild.ts')).rebuildCommand,
  verify: async () => (await import('./verify.ts')).verifyCommand,
  export: async () => (await import('./export.ts')).exportCommand,
  backup: async () => (await import('./backup.ts')).backupCommand,
  'keys-create': async () => (await import('./keys.ts')).keysCreateCommand,
  'keys-list': async () => (await import('./keys.ts')).keysListCommand,
  'keys-revoke': async () => (await import('./keys.ts')).keysRevokeCommand,
} as const;

export type CommandName = keyof typeof COMMANDS;

export const isCommandName = (name: string): name is CommandName => Object.hasOwn(COMMANDS, name);

/** Its arguments were made by the program of the same version, its result is only handed to its own `show`. */
export const commandOf = (name: CommandName): Promise<Command<object, unknown>> => COMMANDS[name]();
