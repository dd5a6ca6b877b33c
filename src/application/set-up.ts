import { Command, Query } from '@nestjs/cqrs';
import {
  importRows,
  type ImportResult,
  type ImportRow,
  type Put,
  putResource,
  type Resource,
  type ResourceOf,
  type SetupEntry,
  type SetupKind,
} from '#catalog';
import type { PreviewItem } from '#availability';
import type { Policy, Rejection } from '#inventory';
import { onCommand, onList, onQuery } from './handlers.ts';
import { previewed } from './previewed.ts';
import { SEEN_MS_MAX } from './seen.ts';

export class PutResource extends Command<Put<object> | Rejection> {
  constructor(readonly put: Resource) {
    super();
  }
}

export class ImportCatalog extends Command<readonly ImportResult[]> {
  constructor(readonly rows: AsyncIterable<ImportRow>) {
    super();
  }
}

export class FindResource<Kind extends SetupKind> extends Query<SetupEntry<ResourceOf[Kind]> | undefined> {
  constructor(
    readonly kind: Kind,
    readonly id: string,
  ) {
    super();
  }
}

/** One page of a kind, in order of id. */
export class ListResources<Kind extends SetupKind> extends Query<readonly SetupEntry<ResourceOf[Kind]>[]> {
  constructor(
    readonly kind: Kind,
    readonly page: { readonly after?: string; readonly limit: number; readonly channel?: string },
  ) {
    super();
  }
}

/** What a policy would change, by channel and listing; or why it cannot be set or shown. */
export class PreviewPolicy extends Query<readonly PreviewItem[] | Rejection> {
  constructor(readonly policy: Policy) {
    super();
  }
}

export const SET_UP_HANDLERS = [
  onCommand(PutResource, async ({ rooms }, { put }) => {
    const done = await putResource(rooms.catalogDesk, put);
    // So that the next GET shows what this PUT answered.
    if ('outcome' in done && done.outcome !== 'unchanged')
      await rooms.projector.waitFor(done.position, SEEN_MS_MAX);
    return done;
  }),
  onCommand(ImportCatalog, async ({ rooms }, { rows }) => {
    const results: ImportResult[] = [];
    let newest = 0;
    for await (const result of importRows(rooms.catalogDesk, rows)) {
      results.push(result);
      newest = Math.max(newest, result.position ?? 0);
    }
    await rooms.projector.waitFor(newest, SEEN_MS_MAX);
    return results;
  }),
  onQuery(PreviewPolicy, async ({ rooms, clock }, { policy }) => {
    const rejection = await rooms.catalogDesk.checkPolicy(policy);
    if (rejection !== undefined) return rejection;
    return previewed(rooms.picture.availability.preview([policy], clock.now()));
  }),
  onQuery(FindResource<SetupKind>, ({ rooms }, { kind, id }) =>
    Promise.resolve(rooms.catalog.entry(kind, id)),
  ),
  onList(ListResources<SetupKind>, ({ rooms }, { kind, page }) => rooms.catalog.entries(kind, page)),
];
