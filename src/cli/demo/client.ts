/** How often a request asks again while the service catches its breath. */
const BUSY_TRIES_MAX = 5;

interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
}

/** The public HTTP API, as any channel would call it: JSON in, JSON out. */
export class Client {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  /** The body of a 2xx answer; anything else is thrown with what the service says. */
  async get<Body>(path: string): Promise<Body> {
    return this.#take(await this.ask<Body>('GET', path));
  }

  async put<Body>(path: string, body: object): Promise<Body> {
    return this.#take(await this.ask<Body>('PUT', path, body));
  }

  async post<Body>(path: string, body: object): Promise<Body> {
    return this.#take(await this.ask<Body>('POST', path, body));
  }

  /** Any answer, also a refusal: for those that are part of the story. */
  async ask<Body>(method: string, path: string, body?: object): Promise<Answer<Body>> {
    for (let tries = 1; ; tries++) {
      const response = await fetch(new URL(path, this.url), {
        method,
        ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
      const answer = { status: response.status, body: (await response.json()) as Body };
      const busy = response.status === 429 || response.status === 503;
      if (!busy || tries === BUSY_TRIES_MAX) return answer;
      await new Promise((resolve) => setTimeout(resolve, 100 * tries));
    }
  }

  /** Every row of a paged list. */
  async all<Row>(path: string): Promise<Row[]> {
    const rows: Row[] = [];
    const next = new URL(path, this.url);
    for (;;) {
      const page = await this.get<{ items: Row[]; next: string | null }>(`${next.pathname}${next.search}`);
      rows.push(...page.items);
      if (page.next === null) return rows;
      next.searchParams.set('cursor', page.next);
    }
  }

  #take<Body>({ status, body }: Answer<Body>): Body {
    if (status >= 200 && status < 300) return body;
    throw new Error(`The service answered ${status}: ${JSON.stringify(body)}`);
  }
}
