import { statSync } from 'node:fs';
import { join } from 'node:path';
import { EVENTS_FILE } from './adapters.module.ts';
import type { MetricsSource } from './http/metrics.ts';
import type { OnHand } from './service.ts';
import type { Status } from './status.ts';

/** What metrics read from the rooms, whenever they are scraped. */
export function gaugesOf(onhand: OnHand): Omit<MetricsSource, 'droppedLogLines'> {
  let status: Status | undefined;
  return {
    refresh: async () => {
      status = await onhand.status().catch(() => undefined);
    },
    positions: () => pick(status, ['head', 'posted', 'projected', 'published']),
    lagSeconds: () => pick(status?.lag, ['posted', 'projected', 'published']),
    outcomes: () => ({ ...status?.counts }),
    walBytes: () => {
      const files = [EVENTS_FILE, onhand.pictureFile].map((file) => `${file}-wal`);
      return Object.fromEntries(files.map((file) => [file, sizeOf(join(onhand.settings.DATA_DIR, file))]));
    },
    parkedLines: () => onhand.rooms.picture.journal.parkedCount(),
    doors: () => Object.fromEntries([...onhand.doors].map(([name, ask]) => [name, ask().isReady])),
    recordsBehind: () =>
      Object.fromEntries(
        [...onhand.doors].flatMap(([name, ask]) => {
          const { lag } = ask().facts as { readonly lag?: unknown };
          return typeof lag === 'number' ? [[name, lag]] : [];
        }),
      ),
    topicFigures: () => ({ ...onhand.rooms.kafka?.figures() }),
    loops: () =>
      Object.fromEntries(
        Object.entries(onhand.rooms.loops.states()).map(([name, state]) => [name, state === 'running']),
      ),
  };
}

function pick<Name extends string>(
  from: Readonly<Record<Name, number>> | undefined,
  names: readonly Name[],
): Record<string, number> {
  return from === undefined ? {} : Object.fromEntries(names.map((name) => [name, from[name]]));
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
