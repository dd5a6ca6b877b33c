import { StoreUnavailable } from '#event-store';
import { Fault } from '#kernel';
import { createLog } from '../log.ts';
import { notYours, tryAgain } from './problem.ts';
import { ProblemFilter } from './problem-filter.ts';
import { RouteTable } from './route-table.ts';

/** What is answered to what was thrown, and the lines that it leaves in the log. */
function refusing(error: unknown): { readonly code: string; readonly lines: readonly object[] } {
  const lines: object[] = [];
  const log = createLog('info', { write: (line: string) => void lines.push(JSON.parse(line) as object) });
  const request = { id: 'r-1', method: 'GET', url: '/v1/items/A', route: '/v1/items/:sku' };
  const refusal = new ProblemFilter(log, new RouteTable()).refusalOf(error, request);
  return { code: refusal.rejections[0].code, lines };
}

class Contended extends Fault {
  readonly code = 'CONTENTION';
  readonly retriable = true;
}

class Damaged extends Fault {
  readonly code = 'STREAM_DAMAGED';
  readonly retriable = false;
}

const ERROR = 50;
const WARN = 40;

describe('what goes wrong in a request', () => {
  it('leaves the error with its request in the log, and nothing of it in the answer, where it is a bug', () => {
    const { code, lines } = refusing(new TypeError('x is undefined'));
    expect(code).toBe('INTERNAL_ERROR');
    const where = { requestId: 'r-1', method: 'GET', route: '/v1/items/:sku' };
    expect(lines).toMatchObject([{ level: ERROR, ...where, err: { message: 'x is undefined' } }]);
  });

  it('leaves a warning where the store does not serve for now', () => {
    const { code, lines } = refusing(new StoreUnavailable('not now'));
    expect([code, lines]).toMatchObject([
      'STORE_UNAVAILABLE',
      [{ level: WARN, err: { message: 'not now' } }],
    ]);
  });

  it('is a bug to the caller too where somebody must mend it: he is told nothing of what is inside', () => {
    const { code, lines } = refusing(new Damaged('order-1 was deleted'));
    expect([code, lines]).toMatchObject(['INTERNAL_ERROR', [{ level: ERROR }]]);
  });

  it('leaves no line where a door says no, be it for now, nor where others were faster', () => {
    expect(refusing(new Contended('too many at once'))).toEqual({ code: 'CONTENTION', lines: [] });
    expect(refusing(tryAgain('NOT_YET', 'ask again soon', 1))).toEqual({ code: 'NOT_YET', lines: [] });
  });

  it('leaves a line where a key reaches for what is not its own', () => {
    const { lines } = refusing(notYours({ code: 'SCOPE_REQUIRED', detail: 'no' }));
    expect(lines).toMatchObject([{ level: WARN, code: 'SCOPE_REQUIRED', path: '/v1/items/A' }]);
  });
});
