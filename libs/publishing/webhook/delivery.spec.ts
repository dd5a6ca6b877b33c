import type { ServerResponse } from 'node:http';
import type { Agent } from 'undici';
import { Receiver } from '../testing/receiver.ts';
import { ANSWER_BYTES_MAX, deliver, type Delivery } from './delivery.ts';
import { openAgent } from './webhook-agent.ts';

/** Nobody trusts it; it is good for nothing else, and for a century. */
const SELF_SIGNED = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgFmtz7wF976goyrPp
lwfI80yU8w2gvEXN//mPQYBI+COhRANCAATjGqAJFvXrj2aM4rWh4F3q/cq+wU6B
mG6fRiAEZUY5yp8dHCtKa2bblYAnmPTfTGWicW0qDKg4FnbTaLjj8vtm
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBXzCCAQSgAwIBAgIUCgOzvYcF9mQCDqwN6kl/1k1TNbwwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTAwMDEwMTAwMDAwMFoYDzIxMDAwMTAx
MDAwMDAwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATjGqAJFvXrj2aM4rWh4F3q/cq+wU6BmG6fRiAEZUY5yp8dHCtKa2bb
lYAnmPTfTGWicW0qDKg4FnbTaLjj8vtmozIwMDAdBgNVHQ4EFgQUu96zKSiyFpXf
y3h5zqBQFUSP+LAwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEA
2CRIYscpwFa8ymxLFDiYypALVU++kf3vMfnckq1WaMECIQDySrWp96tqcez82q2a
syK4TPgMy/GGYTjdfe/EtveNjw==
-----END CERTIFICATE-----`,
};
/** Longer than any machine takes. */
const PATIENT_MS = 600_000;
const MESSAGE = { headers: { 'content-type': 'application/json' }, body: '{}' };

let agent: Agent;
let receiver: Receiver;
beforeEach(async () => {
  agent = openAgent({ allowPrivate: true, connections: 1, waitMsMax: PATIENT_MS });
  receiver = await Receiver.open();
});
afterEach(async () => {
  await agent.destroy();
  await receiver.close();
});

const behave = (answer: (response: ServerResponse) => void): void => {
  receiver.behave = (_, response) => answer(response);
};
const send = (timeoutMs = PATIENT_MS): Promise<Delivery> =>
  deliver({ url: receiver.webhook.url, agent, timeoutMs }, MESSAGE, new AbortController().signal);

describe('a delivery', () => {
  it.each([200, 201, 202, 204, 299])('is taken by %i', async (status) => {
    behave((response) => response.writeHead(status).end());
    expect(await send()).toEqual({ outcome: 'taken' });
  });

  it.each([
    [400, false],
    [409, false],
    [413, false],
    [422, false],
    [301, true],
    [307, true],
    [401, true],
    [404, true],
    [408, true],
    [410, true],
    [429, true],
    [500, true],
    [503, true],
  ])('is refused by %i, which is trouble of the whole receiver: %s', async (status, isReceiverDown) => {
    behave((response) => response.writeHead(status, { location: 'http://169.254.169.254/' }).end());
    expect(await send()).toEqual({ outcome: 'refused', code: `HTTP_${status}`, isReceiverDown });
    expect(receiver.received).toHaveLength(1);
  });

  it('heeds Retry-After, within reason', async () => {
    behave((response) => response.writeHead(503, { 'retry-after': '7' }).end());
    expect(await send()).toMatchObject({ retryAfterMs: 7_000 });
    behave((response) => response.writeHead(503, { 'retry-after': '999999999' }).end());
    expect(await send()).toMatchObject({ retryAfterMs: 3_600_000 });
    behave((response) => response.writeHead(503, { 'retry-after': 'soon' }).end());
    expect(await send()).not.toHaveProperty('retryAfterMs');
  });

  it('ends in time where nothing is answered', async () => {
    behave(() => undefined);
    expect(await send(150)).toEqual({ outcome: 'refused', code: 'TIMEOUT', isReceiverDown: true });
  });

  it('ends in time where the head drips in', async () => {
    behave((response) => drip(response, 'HTTP/1.1 200 OK\r\n', 'x-drip: 1\r\n'));
    expect(await send(200)).toEqual({ outcome: 'refused', code: 'TIMEOUT', isReceiverDown: true });
  });

  it('is taken where only the body of the answer drips in, and ends in time', async () => {
    behave((response) =>
      drip(response, `HTTP/1.1 200 OK\r\ncontent-length: ${ANSWER_BYTES_MAX - 1}\r\n\r\n`, 'x'),
    );
    let timeoutMs = 200;
    let delivery = await send(timeoutMs);
    // On a slow machine not even the head comes in this time.
    while (delivery.outcome === 'refused' && delivery.code === 'TIMEOUT')
      delivery = await send((timeoutMs *= 2));
    expect(delivery).toEqual({ outcome: 'taken' });
  });

  it('reads no more of the answer than it must', async () => {
    let written = 0;
    behave((response) => {
      response.writeHead(500, { 'content-length': String(1024 ** 4) });
      const flood = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(ANSWER_BYTES_MAX)))
          written += ANSWER_BYTES_MAX;
      };
      response.on('drain', flood);
      flood();
    });
    expect(await send()).toMatchObject({ code: 'HTTP_500' });
    expect(written).toBeLessThan(16 * 1024 * 1024);
  });

  it('goes to no server whose certificate is not trusted', async () => {
    await receiver.close();
    receiver = await Receiver.open({ tls: SELF_SIGNED });
    expect(await send()).toEqual({
      outcome: 'refused',
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      isReceiverDown: true,
    });
    expect(receiver.received).toHaveLength(0);
  });

  it('goes past a proxy that the environment names', async () => {
    const before = { ...process.env };
    Object.assign(process.env, { http_proxy: 'http://127.0.0.1:1/', no_proxy: '' });
    try {
      await agent.destroy(); // Another one, for the environment is read when an agent is opened.
      agent = openAgent({ allowPrivate: true, connections: 1, waitMsMax: PATIENT_MS });
      expect(await send()).toEqual({ outcome: 'taken' });
    } finally {
      process.env = before;
    }
  });

  it('is cut off when the webhook is stopped', async () => {
    const stop = new AbortController();
    behave(() => stop.abort());
    const target = { url: receiver.webhook.url, agent, timeoutMs: PATIENT_MS };
    expect(await deliver(target, MESSAGE, stop.signal)).toMatchObject({
      outcome: 'refused',
      code: 'AbortError',
    });
  });
});

/** The beginning at once, then a character every few milliseconds: without end as far as a test is concerned. */
function drip(response: ServerResponse, beginning: string, again: string): void {
  const socket = response.socket!;
  socket.write(beginning);
  let index = 0;
  const timer = setInterval(() => {
    if (socket.destroyed) clearInterval(timer);
    else socket.write(again[index++ % again.length]!);
  }, 10);
}

describe('a name, looked up as the machine does it', () => {
  const sendTo = async (allowPrivate: boolean): Promise<Delivery> => {
    const own = openAgent({ allowPrivate, connections: 1, waitMsMax: PATIENT_MS });
    try {
      const url = receiver.webhook.url.replace('127.0.0.1', 'localhost');
      return await deliver({ url, agent: own, timeoutMs: PATIENT_MS }, MESSAGE, new AbortController().signal);
    } finally {
      await own.destroy();
    }
  };

  it('that is a private address is delivered to where that is allowed', async () => {
    expect(await sendTo(true)).toEqual({ outcome: 'taken' });
    expect(receiver.received).toHaveLength(1);
  });

  it('that is a private address is refused otherwise, before anything is sent', async () => {
    expect(await sendTo(false)).toMatchObject({ outcome: 'refused', code: 'URL_NOT_ALLOWED' });
    expect(receiver.received).toEqual([]);
  });
});
