import { randomUUID } from 'node:crypto';
import { eventIdText } from '../src/index.ts';
import { EVENT_ID_BYTES, isSameEventId, packEventId } from './event-id.ts';

const packed = (id: string): Uint8Array => {
  const bytes = new Uint8Array(EVENT_ID_BYTES);
  packEventId(id, bytes, 0);
  return bytes;
};

describe('an event id', () => {
  it('comes back as it went in', () => {
    for (let times = 0; times < 200; times++) {
      const id = randomUUID();
      expect(eventIdText(packed(id))).toBe(id);
    }
  });

  it('is the same only if every byte is', () => {
    const id = randomUUID();
    expect(isSameEventId(packed(id), packed(id), 0)).toBe(true);
    expect(isSameEventId(packed(id), packed(id.slice(0, -1) + (id.endsWith('0') ? '1' : '0')), 0)).toBe(
      false,
    );
  });

  it.each([
    '',
    'not-an-id',
    '0E4C6B43-9B6D-4F0C-8B4A-7D6F5E4C3B2A',
    '0e4c6b43-9b6d-4f0c-8b4a-7d6f5e4c3b2',
    '0e4c6b43-9b6d-4f0c-8b4a-7d6f5e4c3b2a0',
    '0e4c6b4309b6d04f0c08b4a07d6f5e4c3b2a',
    '0e4c6b43-9b6d-4f0c-8b4a-7d6f5e4c3b2é',
    '0e4c6b43-9b6d-4f0c-8b4a-7d6f5e4c3bg0',
  ])('must be a UUID in lower case, not %j', (id) => {
    expect(() => packed(id)).toThrow('Bug:');
  });
});
