import { isWritten } from './rejected-topic.ts';

const topicName = 'onhand.rejected';

describe('what the rejected topic answers', () => {
  it.each([
    ['names the partition', [{ topicName, partition: 3, errorCode: 0 }], true],
    ['is empty, as after a change of leaders', [], false],
    ['names only another partition', [{ topicName, partition: 2, errorCode: 0 }], false],
    ['names an error', [{ topicName, partition: 3, errorCode: 7 }], false],
  ])('%s', (_, answer, expected) => {
    expect(isWritten(answer, 3)).toBe(expected);
  });
});
