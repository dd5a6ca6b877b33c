import type { Caller } from './caller.ts';
import { notYours, type Refusal } from './problem.ts';

/**
 * Who may come through a door. Every route names one of these; there is no default.
 * - `open`: anybody, without a key.
 * - `known`: any key.
 * - `tell`: channels and sources tell their own messages, an admin everybody's.
 * - `hold`: a channel's own reservations; an admin's of every channel.
 * - `see-hold`: as `hold`, and analysts.
 * - `own-channel`: what the path's channel may read of itself; analysts and admins of every channel.
 * - `own-rows`: everybody sees the list, and in it only his own; analysts and admins all of it.
 * - `read`: analysts and admins.
 * - `admin`.
 */
export type Access = keyof typeof ADMITTED;

type Kind = Caller['kind'];

/** Kinds of callers that each door lets in. */
const ADMITTED = {
  open: ['channel', 'source', 'analyst', 'admin'],
  known: ['channel', 'source', 'analyst', 'admin'],
  tell: ['channel', 'source', 'admin'],
  hold: ['channel', 'admin'],
  'see-hold': ['channel', 'analyst', 'admin'],
  'own-channel': ['channel', 'analyst', 'admin'],
  'own-rows': ['channel', 'source', 'analyst', 'admin'],
  read: ['analyst', 'admin'],
  admin: ['admin'],
} as const satisfies Record<string, readonly Kind[]>;

/** Whether this caller may, given the channel that the path names; the refusal if not. */
export function refusedAccess(access: Access, caller: Caller, pathChannel?: string): Refusal | undefined {
  const admitted: readonly Kind[] = ADMITTED[access];
  if (!admitted.includes(caller.kind)) return scopeRequired(caller);
  const isAnothers = access === 'own-channel' && caller.kind === 'channel' && caller.name !== pathChannel;
  // To a channel's key the things of others do not exist.
  return isAnothers
    ? notYours(
        {
          code: 'CHANNEL_UNKNOWN',
          detail:
            'There is no channel of this name that this key may see. Check the path, or use another key.',
        },
        404,
      )
    : undefined;
}

const scopeRequired = (caller: Caller): Refusal =>
  notYours({
    code: 'SCOPE_REQUIRED',
    detail: `A key of kind ${caller.kind} may not do this. Use a key that may; \`onhand keys create\` makes one.`,
  });
