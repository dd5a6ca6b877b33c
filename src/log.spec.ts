import { createLog } from './log.ts';

const linesOf = (
  say: (log: ReturnType<typeof createLog>) => void,
  level = 'info',
): Record<string, unknown>[] => {
  const lines: string[] = [];
  say(createLog(level, { write: (line) => void lines.push(line) }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
};

describe('the log', () => {
  it('never says a secret, wherever it stands', () => {
    const [line] = linesOf((log) =>
      log.info({
        secret: 'hunter2',
        webhook: { url: 'https://x.example', secret: 'hunter2' },
        request: { headers: { authorization: 'Bearer hunter2' } },
        key: 'hunter2',
      }),
    );
    expect(JSON.stringify(line)).not.toContain('hunter2');
    expect(line).toMatchObject({ webhook: { url: 'https://x.example', secret: '***' } });
  });

  it('says no more than it is asked to', () => {
    const lines = linesOf((log) => {
      log.debug('little');
      log.warn('much');
    }, 'warn');
    expect(lines).toMatchObject([{ msg: 'much' }]);
  });
});
