import { OPEN_CALLER } from './caller.ts';
import { Refusal } from './problem.ts';
import { Share, Shares } from './shares.ts';

const codeOf = (take: () => void): string | undefined => {
  try {
    take();
  } catch (error) {
    if (error instanceof Refusal) return error.rejections[0].code;
    throw error;
  }
  return undefined;
};
const enter = (shares: Shares, keyId: string): Share => {
  const share = new Share(shares);
  share.admit(keyId);
  return share;
};
const MB = 1024 * 1024;

describe('what all who are in share', () => {
  it('has half of its places for one key, and the other half for the others', () => {
    const shares = new Shares();
    const greedy = Array.from({ length: 1_000 }, () => enter(shares, 'greedy'));
    expect(codeOf(() => enter(shares, 'greedy'))).toBe('TOO_MANY_REQUESTS');
    for (let i = 0; i < 1_000; i++) enter(shares, `other-${i}`);
    expect(codeOf(() => enter(shares, 'late'))).toBe('SERVICE_BUSY');
    greedy[0]!.giveBack();
    expect(codeOf(() => enter(shares, 'late'))).toBeUndefined();
  });

  it('has all of them for everybody where nobody is told apart', () => {
    const shares = new Shares();
    for (let i = 0; i < 2_000; i++) enter(shares, OPEN_CALLER.keyId);
    expect(codeOf(() => enter(shares, OPEN_CALLER.keyId))).toBe('SERVICE_BUSY');
  });

  it('has 256 MB for bodies, half of them for one key', () => {
    const shares = new Shares();
    const [one, other, third] = ['one', 'other', 'third'].map((keyId) => enter(shares, keyId));
    one!.keep(128 * MB);
    expect(codeOf(() => one!.keep(1))).toBe('TOO_MANY_REQUESTS');
    other!.keep(127 * MB);
    expect(codeOf(() => third!.keep(MB + 1))).toBe('SERVICE_BUSY');
    one!.giveBack();
    expect(codeOf(() => third!.keep(MB + 1))).toBeUndefined();
  });

  it('takes nothing for who was refused, and gives back once', () => {
    const shares = new Shares();
    const share = enter(shares, 'a');
    share.keep(128 * MB);
    expect(codeOf(() => share.keep(128 * MB))).toBe('TOO_MANY_REQUESTS');
    share.giveBack();
    share.giveBack();
    expect(codeOf(() => enter(shares, 'a').keep(128 * MB))).toBeUndefined();
  });
});
