import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { hasLog, type LogPlace } from '../../adapters.module.ts';
import { isServerAddress, withoutPassword } from '../../settings/log-place.ts';
import { CommandRefused } from '../problem.ts';

const FOLDER = /^sqlite:(?<path>.+)$/;

/** `sqlite:./data` or `esdb://…`. Throws CommandRefused. */
export function readPlace(text: string, option: '--from' | '--to'): LogPlace {
  if (isServerAddress(text)) return { url: text };
  const path = FOLDER.exec(text)?.groups?.['path'];
  if (path === undefined) {
    throw new CommandRefused({
      code: 'USAGE',
      detail: `${option} must be sqlite:FOLDER or an esdb:// or kurrentdb:// address.`,
    });
  }
  const directory = resolve(path);
  if (option === '--from' && !hasLog(directory)) {
    throw new CommandRefused({
      code: 'DATA_UNKNOWN',
      detail: `There is no log in ${directory}. Name the DATA_DIR of an OnHand that has one.`,
    });
  }
  return { directory };
}

/** Nothing is copied onto itself. Throws CommandRefused. */
export function refuseSame(from: LogPlace, to: LogPlace): void {
  if (!isDeepStrictEqual(from, to)) return;
  throw new CommandRefused({
    code: 'USAGE',
    detail: `--from and --to both name ${shownPlace(to)}. With --to, name a place that holds no log yet.`,
  });
}

/** For people: without a password. */
export const shownPlace = (place: LogPlace): string =>
  'directory' in place ? place.directory : withoutPassword(place.url);
