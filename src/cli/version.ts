import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/** OnHand's own version, from the package.json that came along, whether it runs built or from source. */
export function ownVersion(): string {
  const path = findPackageJSON(import.meta.url);
  if (path === undefined) return 'unknown';
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
