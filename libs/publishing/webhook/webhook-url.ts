import { BlockList, isIP, isIPv6 } from 'node:net';
import type { Rejection } from '#inventory';

/** What a webhook's URL may be. */
export interface UrlRules {
  /** Lets http, any port and private addresses through: for tests and closed networks. */
  readonly allowPrivate: boolean;
}

export const WEBHOOK_URL_LENGTH_MAX = 2_048;
/** '' is the scheme's own port. */
const PORTS_ALLOWED: readonly string[] = ['', '443', '8443'];

/** Not on the public internet (IANA's special-purpose registries). IPv4 rules also match IPv4-mapped IPv6 addresses. */
const REFUSED_V4 =
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 ' +
  '192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4';
const REFUSED_V6 = '2001::/23 2001:db8::/32 2002::/16 3fff::/20';
/** All that IANA has assigned as public. IPv4-mapped addresses are subject to the IPv4 rules too. */
const PUBLIC_V6 = '2000::/3 ::ffff:0:0/96';

const refusedAddresses = new BlockList();
addNetworks(refusedAddresses, REFUSED_V4, 'ipv4');
addNetworks(refusedAddresses, REFUSED_V6, 'ipv6');
const publicAddresses = new BlockList();
addNetworks(publicAddresses, PUBLIC_V6, 'ipv6');

function addNetworks(list: BlockList, networks: string, family: 'ipv4' | 'ipv6'): void {
  for (const network of networks.split(' ')) {
    const [address, bits] = network.split('/');
    list.addSubnet(address!, Number(bits), family);
  }
}

/** True if no message may ever go to this IP address. */
export const isRefusedAddress = (address: string): boolean =>
  isIPv6(address)
    ? !publicAddresses.check(address, 'ipv6') || refusedAddresses.check(address, 'ipv6')
    : refusedAddresses.check(address, 'ipv4');

/**
 * Checks a URL at set-up, and again before each message, for the rules may have changed. The address that a name resolves
 * to is checked when connecting.
 */
export function checkWebhookUrl(url: string, rules: UrlRules): Rejection | undefined {
  const why = findFault(url, rules);
  if (why === undefined) return undefined;
  return {
    code: 'WEBHOOK_URL_FORBIDDEN',
    detail: `A webhook URL must be https on port 443 or 8443 of a public host: ${why}.`,
    pointer: '/webhook/url',
  };
}

function findFault(text: string, { allowPrivate }: UrlRules): string | undefined {
  if (text.length > WEBHOOK_URL_LENGTH_MAX) return `it has more than ${WEBHOOK_URL_LENGTH_MAX} characters`;
  const url = URL.parse(text);
  if (url === null) return 'it is not a URL';
  if (url.username !== '' || url.password !== '')
    return 'it contains a user or password; messages are authenticated by their signature instead';
  if (allowPrivate)
    return ['https:', 'http:'].includes(url.protocol) ? undefined : 'it is neither https nor http';
  if (url.protocol !== 'https:') return 'it is not https';
  if (!PORTS_ALLOWED.includes(url.port)) return `port ${url.port} is not allowed`;
  return findHostFault(url.hostname);
}

/** `URL` has already turned 127.1, 0x7f.1, 2130706433 and the like into four numbers. */
function findHostFault(hostname: string): string | undefined {
  const address = hostname.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0)
    return isRefusedAddress(address) ? `${address} is not a public address` : undefined;
  const name = hostname.replace(/\.$/, '');
  return name === 'localhost' || name.endsWith('.localhost') ? `${name} is this machine itself` : undefined;
}
