import { BadSettings, type Settings } from '../environment.ts';

/**
 * What a start failed with, as the mistake in the settings that it is where nobody can listen at their address; any
 * other error as it came. `setBy` is what the port was said with.
 */
export const wrongAddressOr = (
  error: unknown,
  { HOST, PORT }: Pick<Settings, 'HOST' | 'PORT'>,
  setBy: 'PORT' | '--port',
): unknown =>
  isAddressError(error)
    ? new BadSettings([
        `HOST and PORT: nobody can listen at ${HOST}:${PORT} (${error.code}): name another port with ${setBy}, or stop who is there`,
      ])
    : error;

const isAddressError = (error: unknown): error is NodeJS.ErrnoException =>
  ['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES', 'ENOTFOUND'].includes(
    String((error as NodeJS.ErrnoException).code),
  ) && (error as NodeJS.ErrnoException).path === undefined;
