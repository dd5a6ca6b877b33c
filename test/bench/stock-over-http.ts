import { CHANNELS, LINES_MAX, receipt } from './merchant.ts';

/** The merchant of the bench, set up as its users would: a warehouse, three channels, a million units of each item. */
export async function stockOverHttp(url: string, items: number): Promise<void> {
  await send('PUT', `${url}/v1/locations/main`, { name: 'main', kind: 'warehouse' });
  for (const channel of CHANNELS) {
    const kind = channel === 'pos' ? 'pos' : 'storefront';
    const terms = { name: channel, kind, locations: ['main'], lists: 'all', unknownItems: 'create' };
    await send('PUT', `${url}/v1/channels/${channel}`, terms);
  }
  for (let first = 0; first < items; first += LINES_MAX) {
    const numbers = Array.from({ length: Math.min(LINES_MAX, items - first) }, (_, index) => first + index);
    await send('POST', `${url}/v1/events`, receipt(first, numbers));
  }
}

async function send(method: string, url: string, body: object): Promise<void> {
  const answer = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
}
