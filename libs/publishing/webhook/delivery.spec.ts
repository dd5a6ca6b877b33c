import type { ServerResponse } from 'node:http';
import type { Agent } from 'undici';
import { Receiver } from '../testing/receiver.ts';
import { ANSWER_BYTES_MAX, deliver, type Delivery } from './delivery.ts';
import { openAgent } from './webhook-agent.ts';

/** Nobody trusts it; it is good for nothing else. */
const SELF_SIGNED = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgh25SPnL8+jo8oheR
X4+I96qC0kxkZrXLysoq2z0bPqihRANCAAS0aL7ZptBZGSh+EH+RGxRsMLrSRqiq
DinPnD/65CGq/t10KbowJLT/WlSwIlPqOBwujYQkp404S7dFdJClPDet
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBfzCCASWgAwIBAgIUBq6riYk5fEnuTr2p7vNGwGs/178wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTE2NTgwMVoYDzIxMjYxMDI4
MTY1ODAxWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAS0aL7ZptBZGSh+EH+RGxRsMLrSRqiqDinPnD/65CGq/t10KbowJLT/
WlSwIlPqOBwujYQkp404S7dFdJClPDeto1MwUTAdBgNVHQ4EFgQUhMqHouMv9S2Q
pEZ+K5wWhNtMOc0wHwYDVR0jBBgwFoAUhMqHouMv9S2QpEZ+K5wWhNtMOc0wDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAl1PHfrQwLExMVDTzeqf4
EK5PLSvXr1yl3D3fnS7c76ECIC4X5Lr+PnW564oLaRd6irwcIuPG2VHeGoaO2WzX
K/rO
-----END CERTIFICATE-----`,
};
const MESSAGE = { headers: { 'content-type': 'application/json' }, body: '{}' };

let agent: Agent;
let receiver: Receiver;
beforeEach(async () => {
  agent = openAgent({ allowPrivate: true, connections: 1 });
  receiver = await Receiver.open();
});
afterEach(async () => {
  await agent.destroy();
  await receiver.close();
});

const behave = (answer: (response: ServerResponse) => void): void => {
  receiver.behave = (_, response) => answer(response);
};
const send = (timeoutMs?: number): Promise<Delivery> =>
  deliver(
    { url: receiver.webhook.url, agent, ...(timeoutMs !== undefined && { timeoutMs }) },
    MESSAGE,
    new AbortController().signal,
  );

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
  ])('is refused by %i; about the receiver as a whole: %s', async (status, isReceiverDown) => {
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
    behave((response) => drip(response, 'HTTP/1.1 200 OK\r\n' + 'x-drip: 1\r\n'.repeat(1_000)));
    expect(await send(200)).toEqual({ outcome: 'refused', code: 'TIMEOUT', isReceiverDown: true });
  });

  it('was taken where only the body drips in, and ends in time', async () => {
    behave((response) =>
      drip(response, 'HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n' + 'x'.repeat(9_000)),
    );
    const at = Date.now();
    expect(await send(300)).toEqual({ outcome: 'taken' });
    expect(Date.now() - at).toBeLessThan(2_000);
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

  it('goes to nobody who cannot prove a certificate', async () => {
    await receiver.close();
    receiver = await Receiver.open({ tls: SELF_SIGNED });
    expect(await send()).toEqual({
      outcome: 'refused',
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      isReceiverDown: true,
    });
    expect(receiver.received).toHaveLength(0);
  });

  it('knows no proxy', async () => {
    process.env['HTTP_PROXY'] = process.env['http_proxy'] = 'http://127.0.0.1:1/';
    try {
      expect(await send()).toEqual({ outcome: 'taken' });
    } finally {
      delete process.env['HTTP_PROXY'];
      delete process.env['http_proxy'];
    }
  });

  it('is cut off when the webhook is stopped', async () => {
    behave(() => undefined);
    const stop = new AbortController();
    const delivery = deliver({ url: receiver.webhook.url, agent }, MESSAGE, stop.signal);
    setTimeout(() => stop.abort(), 50);
    expect(await delivery).toMatchObject({ outcome: 'refused', code: 'AbortError' });
  });
});

/** A character every few milliseconds, without end as far as the test is concerned. */
function drip(response: ServerResponse, text: string): void {
  const socket = response.socket!;
  let index = 0;
  const timer = setInterval(() => {
    if (socket.destroyed || index >= text.length) clearInterval(timer);
    else socket.write(text[index++]!);
  }, 1);
}
