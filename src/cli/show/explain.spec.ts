import { Page } from '../terminal/page.ts';
import type { ExplainAnswer } from './answers.ts';
import { showExplanation } from './explain.ts';

it('explains a number that rests on a correction by hand, which no message told', () => {
  const told = { position: 3, message: { source: 'wms', id: 'GRN-1' } };
  const byHand = { position: 5, message: null };
  const explanation: ExplainAnswer = {
    available: 7,
    version: 5,
    terms: [{ name: 'sellable', value: 7, location: 'berlin', events: [told, byHand] }],
    policies: [],
  };
  let text = '';
  const page = new Page({ write: (words: string) => (text += words) }, {});
  showExplanation(explanation, page, { channel: 'web', listing: 'MUG-RED' });
  expect(text).toMatch(/\+ +sellable +berlin +7 +wms GRN-1\n/);
});
