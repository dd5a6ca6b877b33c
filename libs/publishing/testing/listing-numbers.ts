import { setImmediate as nextTurn } from 'node:timers/promises';
import { assert, compareUtf8, UNIT } from '#kernel';
import type { RecordedEvent } from '#event-store';
import type { ListingNumber, NumberSource } from '../src/index.ts';

/** The event that sets these numbers: so many of each listing. */
interface NumbersSet {
  readonly channel: string;
  readonly numbers: Readonly<Record<string, number>>;
}

/** The smallest source of numbers, for specs of publishing; as strict about order as availability. */
export class ListingNumbers implements NumberSource {
  /** Set by `prepareLists`. */
  isPrepared = false;
  readonly #numbers = new Map<string, ListingNumber>();
  readonly #listeners = new Set<(number: ListingNumber) => void>();

  /** Like availability's fold: changed numbers get the event's position as version, and are announced in any order. */
  apply(event: RecordedEvent): void {
    if (event.type !== 'NumbersSet') return;
    const { channel, numbers } = event.data as NumbersSet;
    for (const [listing, units] of Object.entries(numbers)) {
      const number: ListingNumber = {
        ...{ channel, listing, sku: listing, available: units * UNIT, reason: 'receipt' },
        version: event.position,
        recordedAt: event.recordedAt,
      };
      this.#numbers.set(`${channel}:${listing}`, number);
      for (const listener of this.#listeners) listener(number);
    }
  }

  number(channel: string, listing: string): ListingNumber | undefined {
    return this.#numbers.get(`${channel}:${listing}`);
  }

  async prepareLists(): Promise<void> {
    await nextTurn();
    this.isPrepared = true;
  }

  numbersAfter(
    channel: string,
    after: { readonly version: number; readonly listing?: string },
    limit: number,
  ): readonly ListingNumber[] {
    assert(this.isPrepared, 'lists that are ready');
    const isBehind = ({ version, listing }: ListingNumber): boolean =>
      version > after.version ||
      (version === after.version && after.listing !== undefined && compareUtf8(listing, after.listing) > 0);
    return this.#of(channel)
      .filter(isBehind)
      .sort((a, b) => a.version - b.version || compareUtf8(a.listing, b.listing))
      .slice(0, limit);
  }

  numbersByListing(channel: string, after: string | undefined, limit: number): readonly ListingNumber[] {
    return this.#of(channel)
      .filter(({ listing }) => after === undefined || compareUtf8(listing, after) > 0)
      .sort((a, b) => compareUtf8(a.listing, b.listing))
      .slice(0, limit);
  }

  onChange(listener: (number: ListingNumber) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #of(channel: string): ListingNumber[] {
    return [...this.#numbers.values()].filter((number) => number.channel === channel);
  }
}
