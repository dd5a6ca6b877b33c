import type { KeyCreated, KeyEvent } from '#inventory';
import type { RecordedEvent } from '#event-store';
import type { Instant } from '#kernel';
import type { ReadModel } from '#read-model';
import { MirroredShelf } from './mirrored-shelf.ts';

/** A key as it is kept: enough to recognise it, not to recreate it. */
export interface KeyRecord extends KeyCreated {
  readonly createdAt: Instant;
  readonly revokedAt?: Instant;
  readonly position: number;
  readonly revision: number;
}

/** All keys that were ever created. */
export class KeyBook {
  readonly #keys: MirroredShelf<KeyRecord>;

  constructor(readModel: ReadModel) {
    this.#keys = new MirroredShelf<KeyRecord>(readModel, { name: 'catalog-keys', version: 1 });
  }

  get(id: string): KeyRecord | undefined {
    return this.#keys.get(id);
  }

  /** By id. */
  page(page: { readonly after?: string; readonly limit: number }): readonly KeyRecord[] {
    return this.#keys.page(page);
  }

  apply(recorded: RecordedEvent): void {
    const event = recorded as Omit<RecordedEvent, 'type' | 'data'> & KeyEvent;
    const { position, revision, recordedAt } = event;
    switch (event.type) {
      case 'KeyCreated':
        this.#keys.put(event.data.id, { ...event.data, createdAt: recordedAt, position, revision });
        return;
      case 'KeyRevoked': {
        const key = this.#keys.get(event.data.id);
        if (key !== undefined) this.#keys.put(key.id, { ...key, revokedAt: recordedAt, position, revision });
      }
    }
  }
}
