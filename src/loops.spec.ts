import { StoreFull } from '#event-store';
import { Fault } from '#kernel';
import { silentLog } from './log.ts';
import { Loops } from './loops.ts';

const forever = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve()));

class Lasting extends Fault {
  readonly code = 'DATA_FILE_UNUSABLE';
  readonly retriable = false;
}

describe('background loops', () => {
  it('run until they are stopped, the last one first', async () => {
    const loops = new Loops(silentLog());
    const ended: string[] = [];
    for (const name of ['a', 'b']) {
      loops.start(name, async (signal) => {
        await forever(signal);
        ended.push(name);
      });
    }
    expect(loops.states()).toEqual({ a: 'running', b: 'running' });
    await loops.stopAll();
    expect(ended).toEqual(['b', 'a']);
  });

  it('end before the one that they need, even if that was held still and went on in between', async () => {
    const loops = new Loops(silentLog());
    for (const name of ['projector', 'posting', 'expiry']) loops.start(name, forever);
    await loops.stop('projector');
    loops.start('projector', forever);
    await loops.stopAfter('projector');
    expect(loops.states()).toEqual({ projector: 'running', posting: 'stopped', expiry: 'stopped' });
    await loops.stopAll();
  });

  it('begin again after trouble that may pass', async () => {
    const loops = new Loops(silentLog());
    let runs = 0;
    const again = new Promise<void>((resolve) => {
      loops.start('posting', async (signal) => {
        if (++runs === 1) throw new StoreFull('no room');
        resolve();
        await forever(signal);
      });
    });
    await again;
    expect(loops.states()).toEqual({ posting: 'running' });
    await loops.stopAll();
  });

  it('say that they try again while they wait to, and that they ended once they are stopped', async () => {
    const loops = new Loops(silentLog());
    loops.start('posting', () => Promise.reject(new StoreFull('no room')));
    await new Promise((resolve) => setImmediate(resolve));
    expect(loops.states()).toEqual({ posting: 'retrying' });
    await loops.stop('posting');
    expect(loops.states()).toEqual({ posting: 'stopped' });
  });

  it('stay down after what does not pass by itself', async () => {
    const loops = new Loops(silentLog());
    loops.start('posting', () => Promise.reject(new Lasting('it is damaged')));
    await new Promise((resolve) => setImmediate(resolve));
    expect(loops.states()).toEqual({ posting: 'failed' });
    await loops.stopAll();
  });

  it('end in order though they fail while they are stopped', async () => {
    const loops = new Loops(silentLog());
    loops.start('posting', async (signal) => {
      await forever(signal);
      throw new TypeError('it was in the middle of something');
    });
    await loops.stop('posting');
    expect(loops.states()).toEqual({ posting: 'stopped' });
  });

  it('stay down after a bug, and say so, and the others go on', async () => {
    const loops = new Loops(silentLog());
    loops.start('broken', () => Promise.reject(new TypeError('oops')));
    loops.start('whole', forever);
    await new Promise((resolve) => setImmediate(resolve));
    expect(loops.states()).toEqual({ broken: 'failed', whole: 'running' });
    await loops.stopAll();
  });
});
