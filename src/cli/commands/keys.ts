import { isRejection } from '#inventory';
import { present, time } from '../../http/wire/scalars.ts';
import type { Command } from '../command.ts';
import { CommandRefused } from '../problem.ts';
import { time as readable } from '../terminal/words.ts';

interface KeysCreateArgs {
  readonly channel?: string;
  readonly source?: string;
  readonly role?: 'analyst' | 'admin';
}

interface KeyMade {
  readonly id: string;
  /** Shown this once. */
  readonly key: string;
}

export const keysCreateCommand: Command<KeysCreateArgs, KeyMade> = {
  begins: true,
  async run({ rooms }, { channel, source, role = 'analyst' }) {
    const owner = channel !== undefined ? { channel } : source !== undefined ? { source } : { role };
    const made = await rooms.keyDesk.create(owner);
    if (isRejection(made)) throw new CommandRefused(made);
    return { id: made.id, key: made.key };
  },
  show({ id, key }, page) {
    page.line(key);
    page.line(
      page.paint('dim', `Its id is ${id}. Store the key now: it is not kept here and cannot be shown again.`),
    );
  },
};

interface KeyShown {
  readonly id: string;
  readonly kind: string;
  /** The channel or source. */
  readonly name?: string;
  readonly createdAt: string;
  readonly revokedAt?: string;
}

const KEYS_A_PAGE = 500;

export const keysListCommand: Command<object, { readonly items: readonly KeyShown[] }> = {
  run({ rooms }) {
    const items: KeyShown[] = [];
    for (let after: string | undefined; ;) {
      const page = rooms.keyDesk.list({ limit: KEYS_A_PAGE, after });
      for (const { id, kind, name, createdAt, revokedAt } of page) {
        const revoked = revokedAt === undefined ? undefined : time(revokedAt);
        items.push(present({ id, kind, name, createdAt: time(createdAt), revokedAt: revoked }));
      }
      after = page.at(-1)?.id;
      if (after === undefined) return Promise.resolve({ items });
    }
  },
  show({ items }, page) {
    if (items.length === 0) return page.line('There are no keys yet. Create one with `onhand keys create`.');
    page.table(
      ['id', 'for', 'created (UTC)', 'revoked (UTC)'],
      items.map(({ id, kind, name, createdAt, revokedAt }) => [
        id,
        name === undefined ? kind : `${kind} ${name}`,
        readable(createdAt),
        revokedAt === undefined ? '' : readable(revokedAt),
      ]),
    );
  },
};

const KEY_ID_LENGTH = 16;

export const keysRevokeCommand: Command<{ readonly id: string }, { readonly id: string }> = {
  prepare({ id }) {
    if (id.length <= KEY_ID_LENGTH) return { id };
    // It may be a key that still opens: it is neither shown nor sent anywhere.
    const detail = `That is not the id of a key. Name the id (${KEY_ID_LENGTH} letters, shown by \`onhand keys list\`), not the key itself.`;
    throw new CommandRefused({ code: 'USAGE', detail });
  },
  async run({ rooms }, { id }) {
    const revoked = await rooms.keyDesk.revoke(id);
    if (isRejection(revoked)) throw new CommandRefused(revoked);
    return { id: revoked.id };
  },
  show: ({ id }, page) => page.line(`The key ${id} is revoked and refused from now on.`),
};
