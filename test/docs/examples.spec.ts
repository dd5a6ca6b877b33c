import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MESSAGE_TYPES } from '#inventory';
import { freePort } from '../fixtures/free-port.ts';
import { until } from '../fixtures/waiting.ts';
import { startService } from '../http/harness.ts';
import { stepsOf } from './guide.ts';
import { Program } from './program.ts';
import { Reader } from './reader.ts';

/** The guides are true: every example does what is said of it, in the order in which they are read. */

const GUIDES = ['docs/messages.md', 'docs/message-types.md', 'docs/channels.md', 'docs/set-up.md'];

/** As they stand in a link: in small letters, with dashes for blanks, and without any other sign. */
const headingsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );

const ofKind = (file: string, kind: string) => stepsOf(file).filter((step) => step.kind === kind);

describe.each(GUIDES)('who does what %s says', (file) => {
  const steps = stepsOf(file).filter(({ kind }) => kind !== 'js');
  let reader: Reader;
  beforeAll(async () => {
    reader = await Reader.begin('2026-11-20T08:00:00Z');
  });
  afterAll(() => reader.end());

  it.each(steps.map((step) => [step.at, step] as const))('finds it so at %s', async (_, step) => {
    await reader.take(step);
    expect.hasAssertions();
  });
});

it('every type of message has an example that is accepted', () => {
  const shown = ofKind('docs/message-types.md', 'json').filter(({ words }) => words[0] === 'accepted');
  const types = shown.map(({ text }) => (JSON.parse(text) as { type: string }).type);
  expect(MESSAGE_TYPES.filter((type) => !types.includes(type))).toEqual([]);
});

it('every link within the guides leads somewhere', () => {
  const guides = GUIDES.map((file) => [file, readFileSync(file, 'utf8')] as const);
  const links = guides.flatMap(([file, text]) =>
    [...text.matchAll(/\]\((?!https:)([^)#]*)(?:#([^)]*))?\)/g)].map(([, path, heading]) => ({
      at: path === '' ? file : join('docs', path!),
      heading,
    })),
  );
  expect(links.length).toBeGreaterThan(20);
  const dead = links.filter(({ at, heading }) =>
    heading === undefined ? !existsSync(at) : !headingsOf(at).includes(heading),
  );
  expect(dead).toEqual([]);
});

describe('the webhook receiver of docs/channels.md', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const forged = { method: 'POST', body: '{}', headers: { 'webhook-id': 'x' } };
  let url: string;
  let program: Program;
  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}/`;
    const [source] = ofKind('docs/channels.md', 'js');
    program = Program.start(source!.text, { PORT: String(port), ONHAND_SECRET: secret });
    await until(async () => (await fetch(url)).status > 0, 'it listens');
  });
  afterAll(() => program.end());

  it('refuses what is not signed', async () => {
    expect((await fetch(url, forged)).status).toBe(400);
    expect(program.said).toBe('');
  });

  it('takes each number that OnHand tells', async () => {
    const { ask, stop } = await startService({ AUTH: 'off', WEBHOOK_ALLOW_PRIVATE: 'true' });
    await ask('PUT /v1/locations/east', { kind: 'warehouse' });
    await ask('PUT /v1/sources/wms', { kind: 'warehouse' });
    await ask('PUT /v1/channels/web', {
      ...{ kind: 'storefront', locations: ['east'], webhook: { url, secret } },
    });
    await ask('POST /v1/events', {
      ...{ id: 'r-1', source: 'wms', type: 'stock.received', time: new Date().toISOString() },
      data: { documentId: 'GR-1', location: 'east', lines: [{ sku: 'MUG-RED', quantity: 12 }] },
    });
    await until(() => program.said.endsWith('MUG-RED: 12\n'), 'it says so');
    await stop();
    expect(program.said).toMatch(/^(MUG-RED: 0\n)?MUG-RED: 12\n$/);
  });
});
