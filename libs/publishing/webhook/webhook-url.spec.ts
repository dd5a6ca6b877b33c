import { checkWebhookUrl, isRefusedAddress, WEBHOOK_URL_LENGTH_MAX } from './webhook-url.ts';

const PUBLIC_ONLY = { allowPrivate: false };
const ANYWHERE = { allowPrivate: true };

describe('a webhook URL', () => {
  it.each([
    'https://shop.example.com/hooks/stock?token=1',
    'https://shop.example.com:8443/',
    'https://shop.example.com:443/',
    'https://93.184.216.34/',
    'https://[2606:2800:220:1:248:1893:25c8:1946]/',
    'https://bücher.example/',
  ])('may be %s', (url) => {
    expect(checkWebhookUrl(url, PUBLIC_ONLY)).toBeUndefined();
  });

  it.each([
    ['http://shop.example.com/', 'not https'],
    ['ftp://shop.example.com/', 'not https'],
    ['file:///etc/passwd', 'not https'],
    ['shop.example.com', 'not a URL'],
    ['', 'not a URL'],
    ['https://user:pw@shop.example.com/', 'user or password'],
    ['https://user@shop.example.com/', 'user or password'],
    ['https://shop.example.com:22/', 'port 22'],
    ['https://shop.example.com:8080/', 'port 8080'],
    ['https://localhost/', 'this machine'],
    ['https://LOCALHOST./', 'this machine'],
    ['https://api.localhost/', 'this machine'],
    ['https://127.0.0.1/', 'not a public address'],
    ['https://127.1/', 'not a public address'],
    ['https://0x7f.1/', 'not a public address'],
    ['https://2130706433/', 'not a public address'],
    ['https://0177.0.0.1/', 'not a public address'],
    ['https://①②⑦.0.0.1/', 'not a public address'],
    ['https://0.0.0.0/', 'not a public address'],
    ['https://10.1.2.3/', 'not a public address'],
    ['https://100.64.0.1/', 'not a public address'],
    ['https://169.254.169.254/latest/meta-data/', 'not a public address'],
    ['https://172.16.0.1/', 'not a public address'],
    ['https://192.168.1.1/', 'not a public address'],
    ['https://[::1]/', 'not a public address'],
    ['https://[::ffff:10.0.0.1]/', 'not a public address'],
    ['https://[::ffff:a00:1]/', 'not a public address'],
    ['https://[64:ff9b::7f00:1]/', 'not a public address'],
    ['https://[fd00::1]/', 'not a public address'],
    ['https://[fe80::1]/', 'not a public address'],
    ['https://[::ffff:0:127.0.0.1]/', 'not a public address'],
    ['https://[100:0:0:1::1]/', 'not a public address'],
    ['https://[3fff::1]/', 'not a public address'],
    ['https://[5f00::1]/', 'not a public address'],
    [`https://shop.example.com/${'a'.repeat(WEBHOOK_URL_LENGTH_MAX)}`, 'characters'],
  ])('may not be %s', (url, why) => {
    expect(checkWebhookUrl(url, PUBLIC_ONLY)).toMatchObject({
      code: 'WEBHOOK_URL_FORBIDDEN',
      detail: expect.stringContaining(why),
    });
  });

  it('may be http, private and of any port where private addresses are allowed', () => {
    expect(checkWebhookUrl('http://127.0.0.1:49152/hook', ANYWHERE)).toBeUndefined();
    expect(checkWebhookUrl('https://localhost:1/', ANYWHERE)).toBeUndefined();
  });

  it.each(['http://user:pw@127.0.0.1/', 'gopher://127.0.0.1/', 'no url'])(
    'may not even then be %s',
    (url) => {
      expect(checkWebhookUrl(url, ANYWHERE)).toMatchObject({ code: 'WEBHOOK_URL_FORBIDDEN' });
    },
  );
});

it('public addresses of both families are allowed', () => {
  expect(['8.8.8.8', '93.184.216.34', '2606:4700::1111', '::ffff:8.8.8.8'].map(isRefusedAddress)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
