import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../../src/environment.ts';
import { HttpService, type HttpServiceOptions } from '../../src/http-service.ts';

/** A real service on a free port over a folder of its own, for one spec file. */
export interface Running {
  readonly service: HttpService;
  readonly directory: string;
  readonly ask: Ask;
  readonly stop: () => Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined where the answer is no JSON. */
  readonly json: any;
}

export type Ask = (
  line: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

export async function startService(
  settings: Readonly<Record<string, string>> = { AUTH: 'off' },
  options: HttpServiceOptions = {},
): Promise<Running> {
  const directory = mkdtempSync(join(tmpdir(), 'onhand-http-'));
  const service = await HttpService.start(
    readSettings({ DATA_DIR: directory, PORT: '0', ...settings }),
    options,
  );
  const stop = async (): Promise<void> => {
    await service.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  return { service, directory, ask: askAt(service.url), stop };
}

/** A read that is to include this is told NOT_YET, always. */
export const NEVER = `atLeast=${Number.MAX_SAFE_INTEGER}`;

/**
 * `ask('PUT /v1/items/A', {…})`: objects go as JSON, text and bytes as they are. What is not seen yet is asked for
 * again, as the service asks to.
 */
export function askAt(url: string, base: Readonly<Record<string, string>> = {}): Ask {
  const askOnce: Ask = async (line, body, headers = {}) => {
    const [method = 'GET', path = '/'] = line.split(' ');
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(url + path, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...base, ...headers },
      ...(body !== undefined && { body: isRaw ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true && text !== '';
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? (JSON.parse(text) as unknown) : undefined,
    };
  };
  return async (...asked) => {
    for (;;) {
      const answer = await askOnce(...asked);
      if (answer.json?.code !== 'NOT_YET' || asked[0].endsWith(NEVER)) return answer;
    }
  };
}
