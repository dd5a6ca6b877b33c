import type { Page } from '../terminal/page.ts';
import type { PageOf } from './answers.ts';

/** Says how to go on where there is more. */
export function showNext({ next }: PageOf<unknown>, page: Page): void {
  if (next !== null) page.line(page.paint('dim', `There is more. Continue with --cursor ${next}`));
}
