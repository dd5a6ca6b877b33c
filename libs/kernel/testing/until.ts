import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 5;

interface Wait {
  readonly what: string;
  isInVain: boolean;
}

const waits = new Set<Wait>();

/**
 * Waits until it is so, for as long as the test itself may take: how fast a machine is decides nothing. A test
 * that ends before says what it waited for in vain.
 */
export async function until(isSo: () => boolean | Promise<boolean>, what = String(isSo)): Promise<void> {
  const wait: Wait = { what, isInVain: false };
  waits.add(wait);
  try {
    while (!(await isSo())) {
      await pause(LOOK_EVERY_MS);
      if (wait.isInVain) throw new Error(`In vain: ${what}`);
    }
  } finally {
    waits.delete(wait);
  }
}

function giveUp(): void {
  const inVain = [...waits].map(({ what }) => what);
  for (const wait of waits) wait.isInVain = true;
  waits.clear();
  if (inVain.length > 0) throw new Error(`Waited in vain until: ${inVain.join('; ')}`);
}

afterEach(giveUp);
afterAll(giveUp);
