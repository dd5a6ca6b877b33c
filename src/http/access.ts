import { assertNever } from '#kernel';
import type { Caller } from './caller.ts';
import { notThere, refuse, type Refusal } from './problem.ts';

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
export type Access = (typeof ACCESSES)[number];
export const ACCESSES = [
  'open',
  'known',
  'tell',
  'hold',
  'see-hold',
  'own-channel',
  'own-rows',
  'read',
  'admin',
] as const;

/** Whether this caller may, given the channel that the path names; the refusal if not. */
export function refusedAccess(access: Access, caller: Caller, pathChannel?: string): Refusal | undefined {
  if (caller.kind === 'admin') return undefined;
  switch (access) {
    case 'open':
    case 'known':
    case 'own-rows':
      return undefined;
    case 'tell':
      return caller.kind === 'analyst' ? scopeRequired(caller) : undefined;
    case 'hold':
      return caller.kind === 'channel' ? undefined : scopeRequired(caller);
    case 'see-hold':
      return caller.kind === 'source' ? scopeRequired(caller) : undefined;
    case 'own-channel':
      return refusedChannel(caller, pathChannel);
    case 'read':
      return caller.kind === 'analyst' ? undefined : scopeRequired(caller);
    case 'admin':
      return scopeRequired(caller);
    default:
      return assertNever(access);
  }
}

/** Another channel's things are not even there. */
function refusedChannel(caller: Caller, pathChannel: string | undefined): Refusal | undefined {
  if (caller.kind === 'analyst') return undefined;
  if (caller.kind !== 'channel') return scopeRequired(caller);
  return caller.name === pathChannel
    ? undefined
    : notThere('CHANNEL_UNKNOWN', 'There is no such channel for this key.');
}

const scopeRequired = (caller: Caller): Refusal =>
  refuse(
    'SCOPE_REQUIRED',
    `A key of kind ${caller.kind} may not do this: use one that may, see \`onhand keys\`.`,
  );
