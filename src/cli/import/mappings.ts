import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { loadMapping, type Mapping } from '#intake';
import { nearestName } from '#inventory';
import { CommandRefused } from '../problem.ts';

/** A mapping that ships with OnHand, by its name, or anybody's own, by the path of its file (`….json`). */
export async function findMapping(nameOrPath: string): Promise<Mapping> {
  const path = isPath(nameOrPath) ? nameOrPath : await shippedPath(nameOrPath);
  const mapping = loadMapping(await readFile(path, 'utf8'));
  if (!Array.isArray(mapping)) return mapping;
  const [first, ...others] = mapping;
  const more = others.length === 0 ? '' : ` And ${others.length} more.`;
  throw new CommandRefused({
    code: first?.code ?? 'MAPPING_INVALID',
    detail: `The mapping ${nameOrPath} cannot be used: ${first?.pointer ?? ''} ${first?.detail ?? ''}${more}`,
    ...(first?.hint && { hint: first.hint }),
  });
}

export const isPath = (nameOrPath: string): boolean =>
  nameOrPath.endsWith('.json') || /[\\/]/.test(nameOrPath);

async function shippedPath(name: string): Promise<string> {
  const folder = shippedFolder();
  const names = (await readdir(folder))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -5));
  if (names.includes(name)) return join(folder, `${name}.json`);
  const nearest = nearestName(name, names);
  throw new CommandRefused({
    code: 'MAPPING_UNKNOWN',
    detail: `There is no mapping "${name}". Name one of ${names.join(', ')}, or the path of your own (….json).`,
    ...(nearest !== undefined && { hint: `did you mean ${nearest}?` }),
  });
}

/** `mappings` stands beside the sources and is not compiled: the nearest one above, from `src` or from `dist`. */
function shippedFolder(): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const mappings = join(folder, 'mappings');
    if (existsSync(mappings) && existsSync(join(folder, 'package.json'))) return mappings;
  }
  throw new Error('Bug: expected a folder `mappings` beside package.json.');
}
