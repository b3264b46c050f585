import { areProxies, countedAddress } from './client-address.ts';

describe('Proxies that are trusted', () => {
  test.each([
    '127.0.0.1',
    '10.0.0.0/8',
    '10.0.0.7, 10.0.0.8',
    '::1',
    'fd00::/8',
    'loopback',
    'loopback, uniquelocal',
  ])('are %s', (text) => {
    expect(areProxies(text)).toBe(true);
  });
  // A number of hops would believe whoever connects; so would everybody's range of a mistyped prefix.
  test.each([
    '1',
    'true',
    '*',
    '',
    '10.0.0.0/33',
    '10.0.0',
    'proxy.example',
    '10.0.0.1/',
    '::1/129',
    '1.2.3.4/8/8',
    'loopback/8',
  ])('are not "%s"', (text) => {
    expect(areProxies(text)).toBe(false);
  });
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:0DB8:1:2:ffff::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['no address', 'no address'],
])('%s counts as %s', (address, counted) => {
  expect(countedAddress(address)).toBe(counted);
});
