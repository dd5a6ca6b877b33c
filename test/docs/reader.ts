import { Receiver } from '../../libs/publishing/testing/receiver.ts';
import { type FeedEvent, OpenFeed } from '../fixtures/open-feed.ts';
import { until } from '../fixtures/waiting.ts';
import { type Answer, type Running, startService } from '../http/harness.ts';
import { conforming } from '../http/conform.ts';
import { requestsIn, stateIn, type Step } from './guide.ts';
import { Names } from './names.ts';

/** The endpoint that the guide's channel has, and the signature's secret. */
const ENDPOINT = 'https://shop.example/onhand';
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const MESSAGES = 'POST /v1/events';
const OUTCOMES: Readonly<Record<string, number>> = { accepted: 201, duplicate: 200, parked: 202 };

/** Somebody who does what a guide says, on a service of his own, and looks whether it is so. */
export class Reader {
  readonly #running: Running;
  readonly #clock: { at: number };
  readonly #endpoint: Receiver;
  #names = new Names();
  readonly #ask: Running['ask'];
  #asked: () => Promise<Answer> = () => Promise.reject(new Error('Nothing was asked yet.'));
  #answer: Answer | undefined;
  #comesByItself = false;
  #newest = 0;
  #isLost = false;
  #feed: OpenFeed | undefined;

  private constructor(parts: {
    running: Running;
    ask: Running['ask'];
    clock: { at: number };
    endpoint: Receiver;
  }) {
    this.#running = parts.running;
    this.#ask = parts.ask;
    this.#clock = parts.clock;
    this.#endpoint = parts.endpoint;
  }

  /** In a guide it is always the moment at which the last thing happened. */
  static async begin(morning: string): Promise<Reader> {
    const clock = { at: Date.parse(morning), now: () => clock.at };
    const running = await startService({ AUTH: 'off', WEBHOOK_ALLOW_PRIVATE: 'true' }, { clock });
    const endpoint = await Receiver.open({ secret: SECRET });
    return new Reader({ running, ask: await conforming(running.ask), clock, endpoint });
  }

  async end(): Promise<void> {
    this.#feed?.close();
    await this.#running.stop();
    await this.#endpoint.close();
  }

  /** Throws where it is not as the guide says. What comes after that builds on what was not so. */
  async take(step: Step): Promise<void> {
    if (this.#isLost) throw new Error('Not tried: something before it is not so.');
    this.#isLost = true;
    await this.#take(step);
    this.#isLost = false;
  }

  async #take({ kind, words, text }: Step): Promise<void> {
    const [word = ''] = words;
    if (kind === 'http' && word === 'feed') await this.#listen(text);
    else if (kind === 'http') await this.#request(text, words);
    else if (kind === 'text' && word === 'feed') await this.#hears(text);
    else if (kind === 'json' && word === 'answer') await this.#sees(JSON.parse(text));
    else if (kind === 'json' && word === 'webhook') await this.#isTold(JSON.parse(text));
    else if (kind === 'json') await this.#tell(text, words);
    else if (kind === 'now') await this.#finds(text);
    else throw new Error(`Nobody tries this: give the block a word that says what it is.`);
  }

  async #tell(text: string, [outcome = '', code]: readonly string[]): Promise<void> {
    const { time } = JSON.parse(text) as { time: string };
    this.#clock.at = Math.max(this.#clock.at, Date.parse(time));
    const { status, json } = (this.#answer = await this.#ask(MESSAGES, text));
    expect({ outcome: json.outcome, code: json.code }).toEqual({ outcome, code });
    expect(OUTCOMES[outcome] ?? json.status).toBe(status);
    this.#comesByItself = false;
    await this.#settle(json.position);
  }

  async #request(text: string, words: readonly string[]): Promise<void> {
    this.#comesByItself = words.includes('until');
    const refused = words.find((word) => /^[45]\d\d$/.test(word));
    for (const { line, headers, body } of requestsIn(this.#meant(text))) {
      this.#asked = () => this.#ask(line, body, headers);
      this.#answer = await this.#asked();
      const { status, json } = this.#answer;
      expect({ line, status: refused === undefined ? status < 300 : status, json }).toEqual({
        ...{ line, status: refused === undefined || Number(refused), json },
      });
      await this.#settle(json?.position ?? 0);
    }
  }

  /** Waits until everything that is known has been worked off, so that each thing is recorded at its own time. */
  async #settle(position: number): Promise<void> {
    this.#newest = Math.max(this.#newest, position);
    await until(async () => {
      const { head, posted, projected } = (await this.#ask('GET /v1/status')).json;
      return projected >= this.#newest && posted === head && projected === head;
    }, 'everything is posted');
  }

  async #sees(shown: unknown): Promise<void> {
    const looks = (): void => {
      this.#compare(shown, this.#answer!.json);
    };
    if (!this.#comesByItself) return looks();
    await until(async () => {
      this.#answer = await this.#asked();
      looks();
      return true;
    }, 'the answer shown');
  }

  async #finds(text: string): Promise<void> {
    const { sku, totals, offers } = stateIn(text);
    await this.#settle(this.#newest); // Also what came by itself, such as a released line.
    const { json } = await this.#ask(`GET /v1/items/${sku}?atLeast=${this.#newest}`);
    expect(json.totals).toMatchObject(totals);
    for (const [channel, available] of Object.entries(offers)) {
      const row = json.availability.find(
        (each: { channel: string; listing: string }) => each.channel === channel && each.listing === sku,
      );
      expect({ channel, ...row }).toMatchObject({ channel, available });
    }
  }

  async #listen(text: string): Promise<void> {
    const { line, headers } = requestsIn(this.#meant(text))[0]!;
    this.#feed?.close();
    this.#feed = await OpenFeed.open(
      this.#running.service.url + line.split(' ')[1]!,
      headers['last-event-id'],
    );
    expect(this.#feed.headers.get('content-type')).toBe('text/event-stream');
  }

  async #hears(text: string): Promise<void> {
    for (const block of text.trim().split('\n\n')) {
      const shown = eventIn(block);
      const real: FeedEvent = await this.#feed!.next();
      expect(real.event).toBe(shown.event);
      if (shown.id !== '') expect(real.id).toBe(this.#names.meant(shown.id, real.id));
      this.#compare(shown.data, real.data);
    }
  }

  async #isTold(shown: { readonly subject: string }): Promise<void> {
    await until(() => {
      const told = this.#endpoint.received.map(({ body }) => JSON.parse(body) as { subject: string });
      const real = told.findLast(({ subject }) => subject === shown.subject);
      this.#compare(shown, real);
      return true;
    }, 'the webhook shown');
  }

  /** On the fields that are shown. Names are learnt of what is so, never of what is not so yet. */
  #compare(shown: unknown, real: unknown): void {
    const names = new Names(this.#names);
    expect(real).toMatchObject(names.expected(shown, real) as object);
    this.#names = names;
  }

  #meant(text: string): string {
    return this.#names.inRequest(text).replaceAll(ENDPOINT, this.#endpoint.webhook.url);
  }
}

function eventIn(block: string): { readonly id: string; readonly event: string; readonly data: unknown } {
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
  return { id: field('id'), event: field('event'), data: JSON.parse(field('data')) };
}
