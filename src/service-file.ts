import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SERVICE_PREFIX } from './http/caller.ts';
import { replaceFile } from './replace-file.ts';

/** The file beside the log that says the owner's command line how to reach the running service. */

const SECRET_BYTES = 32;

/** Where a running service listens, and what admits its owner's command line. */
export interface ServiceAddress {
  readonly url: string;
  readonly secret: string;
}

const fileIn = (directory: string): string => join(directory, 'service.json');

export const newServiceSecret = (): string =>
  `${SERVICE_PREFIX}${randomBytes(SECRET_BYTES).toString('base64url')}`;

export const writeServiceFile = (
  directory: string,
  service: ServiceAddress & { readonly pid: number },
): void => replaceFile(fileIn(directory), JSON.stringify(service));

export const removeServiceFile = (directory: string): void => rmSync(fileIn(directory), { force: true });

/** What the running service says of itself; undefined where none has. It may be of one that was killed. */
export async function findService(directory: string): Promise<ServiceAddress | undefined> {
  try {
    const { url, secret } = JSON.parse(await readFile(fileIn(directory), 'utf8')) as ServiceAddress;
    return typeof url === 'string' && typeof secret === 'string' ? { url, secret } : undefined;
  } catch {
    return undefined; // No service, or one that is just writing it: the lock decides.
  }
}
