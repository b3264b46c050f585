import { jest } from '@jest/globals';
import { checkAddress } from './address.ts';

test.each([
  'esdb://localhost',
  'esdb://localhost:2113?tls=false',
  'esdb://admin:changeit@localhost:2113',
  'esdb://admin:p%40ss%3Aword%2F@db.example:2113?tlsCAFile=%2Fetc%2Fca.pem',
  'esdb://admin:a/b@localhost',
  'esdb+discover://admin:changeit@cluster.example:2113?gossipTimeout=3&max_discover_attempts=5',
  'esdb://one:2113,two:2113,three:2113?tls=true&defaultDeadline=2000',
  ' esdb://[::1]:2113/?tls=false&connectionName=vivier ',
])('%s is an address', (address) => {
  expect(checkAddress(address)).toBe(address.trim());
});

const WRONG: [string, string, RegExp][] = [
  ['nothing', '', /write it as esdb/],
  ['a host alone', 'localhost:2113', /write it as esdb/],
  ['another scheme', 'mongodb://admin:s3cret@localhost', /write it as esdb/],
  ['no host', 'esdb://', /write it as esdb/],
  ['no host behind a user', 'esdb://admin:s3cret@?tls=false', /write it as esdb/],
  ['a port that is none', 'esdb://admin:s3cret@localhost:http', /write it as esdb/],
  ['a colon in the password', 'esdb://admin:s3:cret@localhost', /percent-encoded/],
  ['an at in the password', 'esdb://admin:s3@cret@localhost', /write it as esdb|percent-encoded/],
  ['half an escape', 'esdb://admin:s3cret%@localhost', /percent-encoded/],
  ['a user without a password', 'esdb://admin@localhost', /percent-encoded/],
  [
    'an option of another client',
    'esdb://admin:s3cret@localhost?tlsVerifyCert=false',
    /names tls,/,
  ],
  ['an option that hides failures', 'esdb://localhost?throwOnAppendFailure=false', /names tls,/],
  ['a node that may lag behind', 'esdb+discover://localhost?nodePreference=follower', /names tls,/],
  ['a misspelt option', 'esdb://admin:s3cret@localhost?tsl=false', /names tls,/],
  ['an option without a value', 'esdb://admin:s3cret@localhost?tls', /names tls,/],
  ['a flag that is none', 'esdb://admin:s3cret@localhost?tls=no', /true or false/],
  ['a number that is none', 'esdb://admin:s3cret@localhost?defaultDeadline=soon', /whole number/],
];

test.each(WRONG)(
  '%s is refused with what to write, and without what stood there',
  (_, address, words) => {
    const print = jest.spyOn(console, 'warn');
    let message = '';
    try {
      checkAddress(address);
    } catch (error) {
      expect(error).toMatchObject({ name: 'UnusableEventStore' });
      ({ message } = error as Error);
    }
    expect(message).toMatch(words);
    expect(message).toMatch(/^[A-Z][^\n]*\.$/);
    expect(message).not.toMatch(/s3|cret/);
    expect(print).not.toHaveBeenCalled();
  },
);
