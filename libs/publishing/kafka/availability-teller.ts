import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Shards } from '#kernel';
import type { ListingNumber, NumberSource } from '../src/change-source.ts';
import type { Wanted } from './lane.ts';
import type { Held, Teller, Telling } from './teller.ts';
import { availabilityRecord, readKey, topicKey } from './topic-record.ts';

const PAGE_LISTINGS = 500;

/**
 * Tells listings' numbers. It keeps the version that the topic holds of every listing (some 100 bytes each), and so finds
 * exactly what is missing or outdated there, whatever happened.
 */
export class AvailabilityTeller implements Teller {
  /** Numbers of different listings may be told in any order. */
  readonly isInLogOrder = false;
  readonly #numbers: NumberSource;
  readonly #channels: () => Iterable<{ readonly id: string }>;
  readonly #shards: Shards;
  readonly #held = new Map<string, number>();
  /** Channels whose listings are still to be compared; of the first, those after the listing `#after`. */
  #left: string[] = [];
  #after: string | undefined;

  constructor(parts: {
    readonly numbers: NumberSource;
    readonly channels: () => Iterable<{ readonly id: string }>;
    readonly shards: Shards;
  }) {
    this.#numbers = parts.numbers;
    this.#channels = parts.channels;
    this.#shards = parts.shards;
  }

  begin(): void {
    this.#left = [...this.#channels()].map(({ id }) => id);
    this.#after = undefined;
  }

  missing(): Promise<readonly Wanted[]> | undefined {
    return this.#left.length === 0 ? undefined : this.#missingOnPage();
  }

  isNews(): boolean {
    return true;
  }

  tellings(wanted: readonly Wanted[]): readonly Telling[] {
    const tellings: Telling[] = [];
    for (const { key, position, number = this.#numberOf(key) } of wanted) {
      if (number === undefined || !this.#isOurs(number) || this.#isHeld(key, number)) continue;
      tellings.push({ key, position, version: number.version, record: availabilityRecord(number) });
    }
    return tellings;
  }

  holds(key: string, version: number | undefined): void {
    if (version === undefined) this.#held.delete(key);
    else this.#held.set(key, version);
  }

  mend({ key, version }: Held): Wanted | undefined {
    const number = this.#numberOf(key);
    if (number === undefined || !this.#isOurs(number) || number.version <= version) return undefined;
    return { key, position: number.version };
  }

  forget(): void {
    this.#held.clear();
  }

  async #missingOnPage(): Promise<readonly Wanted[]> {
    await nextTurn(); // Lets other work go on: a catalog may have a million listings.
    await this.#numbers.prepareLists();
    const page = this.#numbers.numbersByListing(this.#left[0]!, this.#after, PAGE_LISTINGS);
    this.#after = page.at(-1)?.listing;
    if (page.length < PAGE_LISTINGS) {
      this.#left.shift();
      this.#after = undefined;
    }
    return page
      .map((number) => ({ key: topicKey(number.channel, number.listing), number }))
      .filter(({ key, number }) => this.#isOurs(number) && !this.#isHeld(key, number))
      .map(({ key, number }) => ({ key, position: number.version }));
  }

  #isOurs({ sku }: ListingNumber): boolean {
    return this.#shards.has(sku);
  }

  #isHeld(key: string, { version }: ListingNumber): boolean {
    return (this.#held.get(key) ?? 0) >= version;
  }

  #numberOf(key: string): ListingNumber | undefined {
    const name = readKey(key);
    return name && this.#numbers.number(name.channel, name.id);
  }
}
