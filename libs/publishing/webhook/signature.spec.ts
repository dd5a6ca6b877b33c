import { Webhook } from 'standardwebhooks';
import { checkWebhookSecret, keysOf, signatureHeaders } from './signature.ts';

const message = { id: 'availability-7-00ff', body: '{"data":"Größe ☃"}' };
const now = Date.now();

describe('a signature', () => {
  it('is that of the official package, for a secret of Standard Webhooks', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const headers = signatureHeaders(keysOf(secret), message, now);

    expect(headers['webhook-signature']).toBe(
      new Webhook(secret).sign(message.id, new Date(now), message.body),
    );
    expect(new Webhook(secret).verify(message.body, headers)).toEqual(JSON.parse(message.body));
  });

  it('is the same where the secret came without its padding', () => {
    const [padded, bare] = ['whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ5OQ==', 'whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ5OQ'];
    const headers = signatureHeaders(keysOf(bare), message, now);

    expect(() => new Webhook(padded).verify(message.body, headers)).not.toThrow();
  });

  it('is accepted by a receiver that reads the secret as text, and by one that reads it as base64', () => {
    const secret = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const headers = signatureHeaders(keysOf(secret), message, now);

    expect(() => new Webhook(secret, { format: 'raw' }).verify(message.body, headers)).not.toThrow();
    expect(() => new Webhook(secret).verify(message.body, headers)).not.toThrow();
  });

  it.each(['my secret, not base64', 'abcde'])(
    'is only one where the secret can only be text: %s',
    (secret) => {
      const headers = signatureHeaders(keysOf(secret), message, now);

      expect(headers['webhook-signature']).toMatch(/^v1,\S+$/);
      expect(() => new Webhook(secret, { format: 'raw' }).verify(message.body, headers)).not.toThrow();
    },
  );

  it('is invalid for another body, id, time or secret', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const headers = signatureHeaders(keysOf(secret), message, now);
    const oracle = new Webhook(secret);

    expect(() => oracle.verify(message.body.replace('☃', '☂'), headers)).toThrow('No matching');
    expect(() => oracle.verify(message.body, { ...headers, 'webhook-id': 'other' })).toThrow('No matching');
    const later = String(Number(headers['webhook-timestamp']) + 1);
    expect(() => oracle.verify(message.body, { ...headers, 'webhook-timestamp': later })).toThrow(
      'No matching',
    );
    const stranger = new Webhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx');
    expect(() => stranger.verify(message.body, headers)).toThrow('No matching');
  });
});

describe('a secret', () => {
  it.each([
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    ['whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ5OQ=='],
    ['whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ5OQ'],
    ['my secret, not base64'],
  ])('may be %s', (secret) => expect(checkWebhookSecret(secret)).toBeUndefined());

  it.each([
    ['whsec_my secret, not base64'],
    ['whsec_'],
    ['whsec_-_-_9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw='],
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwX'],
  ])('may not be %s', (secret) =>
    expect(checkWebhookSecret(secret)).toMatchObject({
      ...{ code: 'WEBHOOK_SECRET_INVALID', pointer: '/webhook/secret' },
    }),
  );
});
