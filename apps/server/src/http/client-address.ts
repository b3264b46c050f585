import { isIP, isIPv6 } from 'node:net';

/** Names that stand for ranges of addresses where proxies often are. */
const RANGES = new Set(['loopback', 'linklocal', 'uniquelocal']);

/**
 * Whether a text lists proxies whose forwarded headers are believed: addresses, ranges such as
 * `10.0.0.0/8`, or `loopback`, `linklocal`, `uniquelocal`, with commas between. A number of hops is none:
 * it would believe whoever comes directly (ASVS 4.1.3).
 */
export const areProxies = (text: string): boolean =>
  text.split(',').every((part) => {
    const [address = '', prefix, ...more] = part.trim().split('/');
    if (RANGES.has(address)) return prefix === undefined;
    const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
    if (longest < 0 || more.length > 0) return false;
    return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= longest);
  });

/** Groups of an IPv6 address that a household or an office shares: one line has a whole /64. */
const SHARED_GROUPS = 4;

/**
 * What counts as one address: an IPv4 address, also where it is written as IPv6, and the /64 of any
 * other IPv6 address, since whoever has one address there has all of them.
 */
export const countedAddress = (address: string): string => {
  const [, ipv4] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (ipv4 !== undefined) return ipv4;
  const [plain = ''] = address.split('%');
  if (!isIPv6(plain)) return address;
  const [before = '', after] = plain.split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  const zeros = after === undefined ? 0 : Math.max(0, 8 - head.length - tail.length);
  const groups = [...head, ...Array.from({ length: zeros }, () => '0'), ...tail];
  const shared = groups.slice(0, SHARED_GROUPS).map((group) => Number.parseInt(group, 16));
  return `${shared.map((group) => group.toString(16)).join(':')}::/64`;
};
