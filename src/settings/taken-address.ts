import { BadSettings, type Settings } from '../environment.ts';

/**
 * If a start failed because the address in the settings cannot be listened at, returns that as BadSettings; any other error
 * is returned as it is. `setBy`: how the port was set.
 */
export const wrongAddressOr = (
  error: unknown,
  { HOST, PORT }: Pick<Settings, 'HOST' | 'PORT'>,
  setBy: 'PORT' | '--port',
): unknown =>
  isAddressError(error)
    ? new BadSettings([
        `HOST and PORT: ${HOST}:${PORT} cannot be listened on (${error.code}): choose another port with ${setBy}, or stop the process that uses it`,
      ])
    : error;

const isAddressError = (error: unknown): error is NodeJS.ErrnoException =>
  ['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES', 'ENOTFOUND'].includes(
    String((error as NodeJS.ErrnoException).code),
  ) && (error as NodeJS.ErrnoException).path === undefined;
