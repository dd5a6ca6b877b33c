import type { ListingNumber } from '#availability';
import type { ReadModel, Shelf } from '#read-model';
import { type CheckResult, Findings } from './check.ts';

/** Published versions only grow, listing by listing, and a new version is a new number. */
export class GrowingVersions {
  readonly #findings = new Findings('published versions');
  /** By channel and listing. */
  readonly #last: Shelf<{ readonly version: number; readonly available: number }>;

  constructor(readModel: ReadModel) {
    this.#last = readModel.shelf({ name: 'verify-numbers', version: 1, hashed: false });
  }

  look({ channel, listing, version, available }: ListingNumber): void {
    const key = `${channel}:${listing}`;
    const last = this.#last.get(key);
    const isRight = !last || (version > last.version && available !== last.available);
    this.#findings.look(
      isRight,
      () => `${key}: version ${version} after ${last?.version}, ${available} again`,
    );
    this.#last.put(key, { version, available });
  }

  result(): CheckResult {
    return this.#findings.result();
  }
}
