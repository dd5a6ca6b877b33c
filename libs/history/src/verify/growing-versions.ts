import type { ListingNumber } from '#availability';
import type { ReadModel, Shelf } from '#read-model';
import { type CheckResult, Findings } from './check.ts';

/** A listing's published versions only grow, and each new version has a new number or another item. */
export class GrowingVersions {
  readonly #findings = new Findings('published versions');
  /** By channel and listing. */
  readonly #last: Shelf<Pick<ListingNumber, 'version' | 'available' | 'sku'>>;

  constructor(readModel: ReadModel) {
    this.#last = readModel.shelf({ name: 'verify-numbers', version: 2, hashed: false });
  }

  look({ channel, listing, version, available, sku }: ListingNumber): void {
    const key = `${channel}:${listing}`;
    const last = this.#last.get(key);
    const isNew = available !== last?.available || sku !== last.sku;
    const isRight = !last || (version > last.version && isNew);
    this.#findings.look(
      isRight,
      () =>
        `${key}: version ${version} with the number ${available} came after version ${last?.version} with ${last?.available}`,
    );
    this.#last.put(key, { version, available, sku });
  }

  /** How many listings have had a number. */
  listings(): number {
    return this.#last.count();
  }

  result(): CheckResult {
    return this.#findings.result();
  }
}
