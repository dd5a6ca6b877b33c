import { checkNumbers } from './number-words.ts';

it.each([
  ['/data/refundId', 'Send it as a string.'],
  ['/sequence', 'A sequence is at most 2^53 - 1. Send a smaller one.'],
])('an integer beyond 2^53 in %s is refused, with what to send instead', (pointer, advice) => {
  const [problem] = checkNumbers(new Map([[pointer, '12345678901234567890']]));
  expect(problem).toMatchObject({ code: 'UNSAFE_INTEGER', pointer, detail: expect.stringContaining(advice) });
});
